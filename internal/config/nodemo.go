//go:build nodemo

package config

// demoCommand is there to be refused by name; nothing of its flags is.
type demoCommand struct {
	Demo Demo `cmd:"" hidden:"" passthrough:""`
}

// Demo is what nobody can tell a program that has no demo.
type Demo struct {
	Rest []string `arg:"" optional:""`
}

func (Demo) check(func(string) string) error { return nil }
