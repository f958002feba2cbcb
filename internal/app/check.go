package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"portico/internal/config"
	"portico/internal/datahub"
	"portico/internal/token"
)

// check reaches every dependency and prints one line for each, also after one has failed.
func check(ctx context.Context, c config.Config, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	failed := 0
	report := func(what string, err error) {
		if err != nil {
			failed++
			fmt.Fprintf(out, "%-16s failed: %v\n", what, err)
			return
		}
		fmt.Fprintf(out, "%-16s ok\n", what)
	}
	_, err := readKeys(c.Sessions.KeysFile)
	report("sealing keys", err)
	_, err = checkStore(ctx, c.Sessions.Store, openDatabase)
	report("database", err)
	if c.Sessions.Store.Sessions != "" {
		warned, err := checkStore(ctx, c.Sessions.Store, openSessions)
		report("sessions", err)
		for _, line := range warned {
			fmt.Fprintf(out, "%-16s warning: %s\n", "sessions", line)
		}
	}
	base, err := url.Parse(c.Portal.BaseURL)
	if err != nil {
		return err
	}
	client, err := relyingParty(c, base, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	report("identity server", client.Ready(ctx))
	if c.AppUser.User != "" {
		source := token.NewPassword(token.PasswordConfig{Granter: client, User: c.AppUser.User, Password: c.AppUser.Password, Account: c.AppUser.Account})
		report("application user", checkAppUser(ctx, c.Hub, source))
	}
	if failed > 0 {
		return fmt.Errorf("%d of the checks failed", failed)
	}
	return nil
}

func checkStore[S stores](ctx context.Context, c config.Store, open func(context.Context, config.Store) (S, error)) (warned []string, err error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	return warnings(ctx, s), errors.Join(s.Sessions().Ping(ctx), s.Close())
}

// checkAppUser signs in and reads the account, which proves the identity server, the scope and the Data Hub in one go.
func checkAppUser(ctx context.Context, c config.Hub, source datahub.TokenSource) error {
	hub, err := datahub.New(datahub.Config{BaseURL: c.APIURL, Timeout: c.Timeout.Duration, Transport: loopbackTransport(c.APIURL)})
	if err != nil {
		return err
	}
	_, err = hub.Client(source).Account(ctx)
	return err
}
