package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"portico/internal/secret"
)

// SQLitePath returns the file of a sqlite:// database, and false for memory: and for what is neither.
func SQLitePath(database string) (string, bool) {
	path, ok := strings.CutPrefix(database, "sqlite://")
	return path, ok && path != ""
}

// PostgresURL returns the address of a postgres:// database with its password, and false for any other kind. What does not stay on this machine is sent through
// verified TLS, unless the address says otherwise, which Check refuses.
func (s Store) PostgresURL() (secret.Text, bool) {
	u, ok := s.postgres()
	if !ok {
		return secret.Text{}, false
	}
	if !s.DatabasePassword.Empty() {
		u.User = url.UserPassword(u.User.Username(), s.DatabasePassword.Reveal())
	}
	if q := u.Query(); !q.Has("sslmode") && !stays(u) {
		q.Set("sslmode", "verify-full")
		u.RawQuery = q.Encode()
	}
	return secret.New(u.String()), true
}

func (s Store) postgres() (*url.URL, bool) {
	if !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		return nil, false
	}
	u, err := url.Parse(s.Database)
	return u, err == nil
}

// stays reports whether a connection to a postgres:// address never leaves this machine: all its hosts are on loopback or are folders of a socket.
func stays(u *url.URL) bool {
	hosts := append(strings.Split(u.Host, ","), strings.Split(u.Query().Get("host"), ",")...)
	return !slices.ContainsFunc(hosts, func(host string) bool {
		name := (&url.URL{Host: host}).Hostname()
		return host != "" && !strings.HasPrefix(host, "/") && !LoopbackHost(name)
	})
}

// knownDatabase reports whether the database is of a kind that the portal can use.
func (s Store) knownDatabase() bool {
	_, file := SQLitePath(s.Database)
	_, server := s.postgres()
	return file || server || s.Database == "memory:"
}

// CheckDatabase says what is wrong with --database and what belongs to it, as Check does. What it refuses must not be connected to.
func (s Store) CheckDatabase() error {
	u, server := s.postgres()
	switch {
	case !s.knownDatabase():
		return fmt.Errorf("--database: %q is neither postgres://user@host/name, sqlite:///path/to/file nor memory:%s", redactURL(s.Database), s.passwordHint())
	case !server && !s.DatabasePassword.Empty():
		return errors.New("--database-password-file: a password is set, but --database is no postgres:// URL")
	case server && !stays(u) && !slices.Contains([]string{"", "verify-ca", "verify-full"}, u.Query().Get("sslmode")):
		return fmt.Errorf("--database: sslmode=%s would send sessions over the network unprotected, or to whoever answers; leave it out for verify-full, or say verify-ca", u.Query().Get("sslmode"))
	case server:
		return checkServer(u)
	}
	return nil
}

// passwordHint helps whoever has a password that no URL takes as it is.
func (s Store) passwordHint() string {
	if strings.HasPrefix(s.Database, "postgres") && strings.Contains(s.Database, "@") {
		return "; put a password with characters that a URL does not take into --database-password-file"
	}
	return ""
}

// checkServer looks at what the driver would refuse in words that may hold the password.
func checkServer(u *url.URL) error {
	var errs []error
	for host := range strings.SplitSeq(u.Host, ",") {
		if port := (&url.URL{Host: host}).Port(); !goodPort(port) {
			errs = append(errs, fmt.Errorf("--database: port %s is not from 1 to 65535", port))
		}
	}
	for _, name := range []string{"sslrootcert", "sslcert", "sslkey"} {
		path := u.Query().Get(name)
		if path == "" || path == "system" {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			errs = append(errs, fmt.Errorf("--database: %s: %w", name, err))
			continue
		}
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// publicPasswords refuses passwords in addresses on the command line, which everybody on the machine can read.
func publicPasswords(args []string) error {
	var errs []error
	flag := ""
	for _, arg := range args {
		value := arg
		if strings.HasPrefix(arg, "--") {
			flag, value, _ = strings.Cut(arg, "=")
		}
		if hasPassword(value) {
			errs = append(errs, fmt.Errorf("%s: a password on the command line is public; put it into a file or into the environment", flag))
		}
	}
	return errors.Join(errs...)
}

// hasPassword also finds one in an address that package url does not understand, such as one with several hosts.
func hasPassword(address string) bool {
	u, err := url.Parse(address)
	if err == nil {
		_, set := u.User.Password()
		return set
	}
	_, rest, ok := strings.Cut(address, "://")
	at := strings.LastIndex(rest, "@")
	return ok && at >= 0 && strings.Contains(rest[:at], ":")
}
