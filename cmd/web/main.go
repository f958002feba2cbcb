// Command web is Portico: a portal for the Opinum Data Hub.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones are known wherever the program runs

	"portico/internal/app"
	"portico/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(untilHangup(context.Background()), os.Interrupt, syscall.SIGTERM)
	go func() { <-ctx.Done(); stop() }() // a second signal ends the program at once
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

// untilHangup ends with the first SIGHUP, which a terminal that is closed sends, and often sends twice: the second one is passed over. Who starts the program with nohup wants it to stay.
func untilHangup(ctx context.Context) context.Context {
	if !signal.Ignored(syscall.SIGHUP) {
		ctx, _ = signal.NotifyContext(ctx, syscall.SIGHUP)
	}
	return ctx
}

func run(ctx context.Context, args []string, getenv func(string) string, out, errs io.Writer) error {
	cmd, err := config.Parse(args, getenv, out)
	if errors.Is(err, config.ErrHelp) {
		return nil
	}
	if err != nil {
		return errors.Join(err, app.Unread(cmd))
	}
	return app.Run(ctx, cmd, out, errs)
}
