package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"

	"portico/internal/config"
	"portico/internal/rp"
)

const adminListen = "--admin-listen"

// Unread is what is wrong with the files that a command's configuration names, for whoever reports its mistakes: the start would come to them later.
func Unread(cmd config.Command) error {
	if cmd.Name != "serve" {
		return nil
	}
	return files(cmd.Serve)
}

// startable looks at what would stop the start one after the other, so that all of it is told at once. The databases are opened by the start itself; they are looked at here only when it does not come that far.
// To look is to open: that makes and changes tables as the start would, so a start that is refused, like a check, leaves them as this program has them. Older programs work on with them (ADR 20).
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
			err = errors.Join(err, fmt.Errorf("--%s: %s; %s", one.Check, one.Detail, one.Next))
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
	for _, one := range []struct{ flag, address string }{{"--listen", p.Listen}, {adminListen, p.AdminListen}} {
		if one.address == "" || one.address == "off" {
			continue
		}
		l, err := listen(ctx, one.flag, one.address)
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
		return nil, fmt.Errorf("%s: %w; choose another address%s", flag, err, instead(flag, err))
	}
	return l, nil
}

// instead says what else helps against an address that cannot be listened on.
func instead(flag string, err error) (ways string) {
	if flag == adminListen {
		ways = ", or off"
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		ways += ", or end who has this one"
	}
	return ways
}
