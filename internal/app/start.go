package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"portico/internal/config"
	"portico/internal/rp"
)

// Unread is what is wrong with the files that a command's configuration names, for whoever reports its mistakes: the start would come to them later.
func Unread(cmd config.Command) error {
	if cmd.Name != "serve" {
		return nil
	}
	return files(cmd.Serve)
}

// startable looks at what would stop the start one after the other, so that all of it is told at once. The databases are opened by the start itself; they are looked at here only when it does not come that far.
func startable(ctx context.Context, c config.Config) error {
	unread := errors.Join(files(c), clientKeys(c.Identity))
	err := errors.Join(unread, listenable(ctx, c.Portal))
	if err == nil {
		return nil
	}
	if unread == nil {
		err = errors.Join(err, built(ctx, c))
	}
	var f findings
	f.stores(ctx, c.Sessions.Store, nil)
	for _, one := range f {
		if one.Status == checkFailed {
			err = errors.Join(err, fmt.Errorf("%s: %s; %s", one.Check, one.Detail, one.Next))
		}
	}
	return err
}

// files reads what is named.
func files(c config.Config) error {
	var keys, certificate error
	if c.Sessions.KeysFile != "" {
		_, keys = readKeyFile(c.Sessions.KeysFile)
	}
	_, roots := readRoots(c.Identity.IssuerCAFile)
	if c.Identity.ClientCertificateFile != "" && c.Identity.ClientCertificateKey != "" {
		_, certificate = clientCertificate(c.Identity.ClientCertificateFile, c.Identity.ClientCertificateKey, slog.New(slog.DiscardHandler))
	}
	return errors.Join(keys, roots, certificate)
}

// clientKeys says in which file the one is that cannot sign.
func clientKeys(c config.Identity) error {
	var errs []error
	for i, key := range c.ClientKeys {
		if err := rp.CheckClientKey(key); err != nil {
			errs = append(errs, fmt.Errorf("--client-key-file: %s: %w", c.ClientKeyFiles[i], err))
		}
	}
	return errors.Join(errs...)
}

// listenable tries both addresses at once, because one can be in the other's way.
func listenable(ctx context.Context, p config.Portal) error {
	var errs []error
	for flag, address := range map[string]string{"--listen": p.Listen, "--admin-listen": p.AdminListen} {
		if address == "" || address == "off" {
			continue
		}
		l, err := listen(ctx, flag, address)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		defer func() { _ = l.Close() }()
	}
	return errors.Join(errs...)
}

func listen(ctx context.Context, flag, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; choose another address, or end who has this one", flag, err)
	}
	return l, nil
}
