package config

import "fmt"

// Limits bound what may come how often; docs/operations.md has the ones that cannot be set.
type Limits struct {
	SignInRate int `name:"sign-ins-per-minute" env:"PORTICO_SIGN_INS_PER_MINUTE" default:"120" placeholder:"COUNT" help:"Sign-ins that may begin in a minute from one address (IPv6: from one /64) and are not finished; those that are finished do not count. Behind a proxy that --trusted-proxies does not name, everybody has the proxy's address."`
}

func (l Limits) check() error {
	if l.SignInRate < 1 || l.SignInRate > 100_000 {
		return fmt.Errorf("--sign-ins-per-minute: %d is outside 1 to 100000", l.SignInRate)
	}
	return nil
}
