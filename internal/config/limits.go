package config

// Limits bound what may come how often; docs/operations.md has the ones that cannot be set.
type Limits struct {
	SignInRate Count `name:"sign-ins-per-minute" env:"PORTICO_SIGN_INS_PER_MINUTE" default:"120" placeholder:"COUNT" help:"Sign-ins that may begin in a minute from one address (IPv6: from one /64) and are not finished; those that are finished do not count. Behind a proxy that --trusted-proxies does not name, everybody has the proxy's address."`
}

func (l Limits) check() error {
	return l.SignInRate.between("sign-ins-per-minute", 1, 100_000)
}
