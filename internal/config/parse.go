package config

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Command is a parsed command line: the name of the command and what belongs to it.
type Command struct {
	Name     string // serve, check, ready, demo, version, keys new, rotate, list, retire or client, sessions list or end
	JSON     bool   // check: the outcome as JSON
	Mistakes error  // check: what is wrong with Serve, which is then not fit for more than that
	Serve    Config
	Ready    string // ready: where the process listens that is asked
	Demo     Demo
	Keys     Keys
	Sessions SessionCommand
}

// Keys is what the commands that work with the sealing keys are told.
type Keys struct {
	File   string // new: an existing file, to put a new key in front of its keys
	Store  Store  // rotate, list, retire
	AtOnce bool   // rotate: let the new key seal without a stage in which it only opens
	ID     string // retire
	Force  bool   // retire: also while records are sealed under it

	Algorithm string // client: what the key signs with
}

// SessionCommand is what the commands that list and end sessions are told: which ones, by one of the members.
type SessionCommand struct {
	Store    Store
	Issuer   string
	SID      string
	Subject  string
	Everyone bool
}

// ErrHelp says that help was asked for and has been printed.
var ErrHelp = errors.New("help was printed")

// cli is the command line as kong reads it.
type cli struct {
	Serve Config `cmd:"" default:"withargs" help:"Run the portal (the default command)."`
	Check check  `cmd:"" help:"Check the configuration and reach every dependency: identity server, Data Hub, databases. One line each, with what to do next; exit 0 or 1. Tables are made and changed as the start would."`
	Ready ready  `cmd:"" help:"Ask the process at --listen whether it is ready; exit 0 or 1. For health checks inside a container, where there is no other program."`
	Keys  keys   `cmd:"" help:"Work with the sealing keys, or make a client key."`

	demoCommand

	Sessions sessions `cmd:"" help:"List and end sessions."`
	Version  struct{} `cmd:"" help:"Print the version."`
}

type check struct {
	Config
	JSON bool `name:"json" help:"Print one JSON object instead of lines."`
}

type ready struct {
	Listen string `name:"listen" env:"PORTICO_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address that the process listens on."`
}

type keys struct {
	New struct {
		File string `arg:"" optional:"" help:"Existing key file: its keys are printed after the new one, so that what they sealed can still be opened."`
	} `cmd:"" help:"Print a new key file to standard output. The first key seals."`
	Rotate struct {
		Store
		AtOnce bool `name:"at-once" help:"Add and promote in one step. Only when a single process uses the file: others would not know what it seals."`
	} `cmd:"" help:"Take the next step of a rotation: add a key that opens only, or, when every process knows that one, let it seal. Nobody is signed out."`
	List struct {
		Store
	} `cmd:"" help:"List the keys, and how many records are sealed under each."`
	Client struct {
		Algorithm string `name:"alg" default:"ES256" placeholder:"ALG" help:"ES256, RS256 or PS256."`
	} `cmd:"" help:"Print a new client key for --client-key-file (private_key_jwt) to standard output, as a JWK with its private part."`
	Retire struct {
		Store
		ID    string `arg:"" help:"Id of the key."`
		Force bool   `help:"Also while records are sealed under it: their people sign in again."`
	} `cmd:"" help:"Remove a key that no record is sealed under any more."`
}

type sessions struct {
	List struct {
		Store
		choice
	} `cmd:"" help:"List sessions, the one seen longest ago first."`
	End struct {
		Store
		choice
	} `cmd:"" help:"End sessions; sign-ins under way of the same people cannot finish. Tell the identity server too: a session there signs people in again."`
}

// choice says whose sessions are meant.
type choice struct {
	Issuer   string `placeholder:"URL" help:"Issuer that vouched for the person. Needed with --subject and --sid."`
	Subject  string `placeholder:"SUB" help:"Subject: the person's id at the identity server, as the log has it."`
	SID      string `name:"sid" placeholder:"ID" help:"The identity server's session id."`
	Everyone bool   `help:"Everybody's sessions."`
}

// Parse reads the command line, the environment and the configuration file. getenv reads the environment for secrets
// and their files; help goes to out. Errors name every mistake, one a line.
func Parse(args []string, getenv func(string) string, out io.Writer) (Command, error) {
	if err := checkCommand(args); err != nil {
		return Command{}, err
	}
	file, unread := readFile(args, getenv)
	c, ctx, exited, mistakes := parse(args, file, out)
	if exited {
		return Command{}, ErrHelp
	}
	if ctx == nil {
		return Command{}, errors.Join(unread, mistakes)
	}
	name, _, _ := strings.Cut(ctx.Command(), " <")
	if unread != nil && !slices.Contains([]string{"version", "keys new", "keys client"}, name) { // what the file says would be missed everywhere
		return Command{}, errors.Join(unread, mistakes)
	}
	cmd := Command{Name: name, Serve: c.Serve, Ready: c.Ready.Listen, Demo: c.Demo, Keys: c.keys(name), Sessions: c.sessions(name)}
	switch name {
	case "check":
		cmd.Serve, cmd.JSON = c.Check.Config, c.Check.JSON
		cmd.Mistakes = errors.Join(mistakes, publicPasswords(args), file.check(), cmd.Serve.readSecrets(getenv), cmd.Serve.Check())
		return cmd, nil
	case "serve":
		return cmd, errors.Join(mistakes, publicPasswords(args), file.check(), cmd.Serve.readSecrets(getenv), cmd.Serve.Check())
	case "demo":
		return cmd, errors.Join(mistakes, cmd.Demo.check(getenv))
	case "ready":
		return cmd, errors.Join(mistakes, checkListen("listen", cmd.Ready))
	case "keys client":
		return cmd, errors.Join(mistakes, oneOf("alg", cmd.Keys.Algorithm, "ES256", "RS256", "PS256"))
	case "keys rotate", "keys list", "keys retire":
		return cmd, errors.Join(mistakes, publicPasswords(args), cmd.Keys.Store.readSecrets(getenv), cmd.Keys.Store.check())
	case "sessions list", "sessions end":
		return cmd, errors.Join(mistakes, publicPasswords(args), cmd.Sessions.Store.readSecrets(getenv), cmd.Sessions.Store.CheckDatabase(), cmd.Sessions.Store.CheckSessions(), cmd.Sessions.check())
	}
	return cmd, mistakes
}

func (c cli) keys(name string) Keys {
	switch name {
	case "keys rotate":
		return Keys{Store: c.Keys.Rotate.Store, AtOnce: c.Keys.Rotate.AtOnce}
	case "keys list":
		return Keys{Store: c.Keys.List.Store}
	case "keys client":
		return Keys{Algorithm: c.Keys.Client.Algorithm}
	case "keys retire":
		return Keys{Store: c.Keys.Retire.Store, ID: c.Keys.Retire.ID, Force: c.Keys.Retire.Force}
	}
	return Keys{File: c.Keys.New.File}
}

func (c cli) sessions(name string) SessionCommand {
	store, which := c.Sessions.List.Store, c.Sessions.List.choice
	if name == "sessions end" {
		store, which = c.Sessions.End.Store, c.Sessions.End.choice
	}
	return SessionCommand{Store: store, Issuer: which.Issuer, SID: which.SID, Subject: which.Subject, Everyone: which.Everyone}
}

func newParser(c *cli, out io.Writer, exit func(int), more ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append(more, kong.Name("web"), kong.Writers(out, out), kong.Exit(exit),
		kong.Description("Portico, a portal for the Opinum Data Hub."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.ValueFormatter(func(v *kong.Value) string { return v.Help + envNote(v) }))...)
}

func envNote(v *kong.Value) string {
	if len(v.Tag.Envs) == 0 {
		return ""
	}
	return " ($" + strings.Join(v.Tag.Envs, ", $") + ")"
}
