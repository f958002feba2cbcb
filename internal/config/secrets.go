package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"portico/internal/secret"
)

// readSecrets fills the secrets: NAME_FILE (also as a flag) first, NAME second.
func (c *Config) readSecrets(getenv func(string) string) error {
	var err1, err2 error
	c.Identity.ClientSecret, err1 = readSecret("client-secret-file", c.Identity.ClientSecretFile, getenv, "DATAHUB_CLIENT_SECRET", "OPINUM_SECRET")
	for _, file := range c.Identity.ClientKeyFiles {
		key, err := readSecret("client-key-file", file, getenv)
		c.Identity.ClientKeys, err1 = append(c.Identity.ClientKeys, key), errors.Join(err1, err)
	}
	c.AppUser.Password, err2 = readSecret("password-file", c.AppUser.PasswordFile, getenv, "DATAHUB_PASSWORD", "OPINUM_PASSWORD")
	return errors.Join(err1, err2, c.Sessions.Store.readSecrets(getenv))
}

func (s *Store) readSecrets(getenv func(string) string) error {
	var err1, err2 error
	s.DatabasePassword, err1 = readSecret("database-password-file", s.DatabasePasswordFile, getenv, "PORTICO_DATABASE_PASSWORD")
	s.SessionsPassword, err2 = readSecret("sessions-password-file", s.SessionsPasswordFile, getenv, "PORTICO_SESSIONS_PASSWORD")
	return errors.Join(err1, err2)
}

func readSecret(flag, file string, getenv func(string) string, names ...string) (secret.Text, error) {
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return secret.Text{}, fmt.Errorf("--%s: %w", flag, err)
		}
		text := strings.TrimRight(strings.TrimPrefix(string(b), "\ufeff"), "\r\n")
		if strings.TrimSpace(text) == "" {
			return secret.Text{}, fmt.Errorf("--%s: there is nothing in %s", flag, file)
		}
		return secret.New(text), nil
	}
	for _, name := range names {
		if v := getenv(name); v != "" {
			return secret.New(v), nil
		}
	}
	return secret.Text{}, nil
}
