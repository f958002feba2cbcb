package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"portico/internal/audit"
	"portico/internal/config"
	"portico/internal/faultpoint"
	"portico/internal/pause"
	"portico/internal/server"
)

const (
	drainTime  = 25 * time.Second // running requests, refreshes and unsaved answers
	auditTime  = 5 * time.Second  // the rest of the audit log
	logTime    = time.Second      // and of the log
	sweepEvery = time.Minute
	sweepMost  = 1000 // records at a time
)

// Run carries out a command until it is done or ctx ends. What people read goes to out, the log to errs.
func Run(ctx context.Context, cmd config.Command, out, errs io.Writer) error {
	switch cmd.Name {
	case "serve":
		return serve(ctx, cmd.Serve, errs)
	case "check":
		return check(ctx, cmd, out)
	case "ready":
		return ready(ctx, cmd.Ready)
	case "demo":
		return runDemo(ctx, cmd.Demo, out, errs)
	case "keys new":
		return newKeys(cmd.Keys.File, out)
	case "keys client":
		return newClientKey(cmd.Keys.Algorithm, out)
	case "keys rotate":
		return rotateKeys(ctx, cmd.Keys, out, errs)
	case "keys list":
		return listKeys(ctx, cmd.Keys, out)
	case "keys retire":
		return retireKey(ctx, cmd.Keys, out, errs)
	case "sessions list":
		return listSessions(ctx, cmd.Sessions, out)
	case "sessions end":
		return endSessions(ctx, cmd.Sessions, out, errs)
	case "version":
		_, err := fmt.Fprintln(out, "portico", Version())
		return err
	}
	return fmt.Errorf("unknown command %q", cmd.Name)
}

func serve(ctx context.Context, c config.Config, errs io.Writer) error {
	log := newLogger(errs, c.Log)
	defer closeLog(log)
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go away: that is no reason to end
	if names := config.Strangers(os.Environ()); len(names) > 0 {
		log.WarnContext(ctx, "the environment has names of the portal's kind that mean nothing to it", "names", strings.Join(names, " "))
	}
	limitMemory(containerMemory)
	collectSeldom(os.Getenv)
	if err := startable(ctx, c); err != nil {
		return err
	}
	keys, err := readKeys(c.Sessions.KeysFile)
	if err != nil {
		return err
	}
	warnOfOldKey(log.Logger, c.Sessions.KeysFile, time.Now())
	p, err := Build(ctx, c, keys, Extras{}, log.Logger)
	if err != nil {
		return err
	}
	p.countLost(log)
	l, err := listen(ctx, "--listen", c.Portal.Listen)
	if err != nil {
		return errors.Join(err, p.closeStores())
	}
	p.begin(ctx, c)
	log.InfoContext(ctx, "portal started", "version", Version(), "base_url", c.Portal.BaseURL, "listen", l.Addr().String(), "issuer", c.Identity.Issuer, "api_url", c.Hub.APIURL)
	return p.Serve(ctx, l)
}

// Handler returns the portal's HTTP side.
func (p *Portal) Handler() http.Handler {
	if p.extras.Around != nil {
		return p.extras.Around(p.server.Handler())
	}
	return p.server.Handler()
}

// Serve answers requests on l until ctx ends, then drains: the listener closes, running requests finish, refreshes under way and answers not yet saved
// come home, and the store is closed last.
func (p *Portal) Serve(ctx context.Context, l net.Listener) error {
	h := server.HTTPServer(p.Handler(), p.log)
	background, stop := context.WithCancel(ctx)
	defer stop()
	watched, unwatch := context.WithCancel(context.WithoutCancel(ctx)) // operators watch the drain, too
	defer unwatch()
	if err := p.serveAdmin(watched, p.admins, p.adminHosts, p.metrics); err != nil {
		return errors.Join(err, l.Close(), p.closeStores())
	}
	go p.health.Run(background)
	go p.sweep(background)
	go p.rest(background)
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(p.server.Listener(l)) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		p.log.InfoContext(ctx, "shutting down")
		p.server.Drain()
		time.Sleep(p.drainDelay)
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		if err = h.Shutdown(drain); err != nil {
			err = errors.Join(err, h.Close())
		}
		err = errors.Join(err, p.tokens.Close(drain), p.server.Close(drain))
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	p.audit.Add(ctx, audit.Event{Kind: audit.Stop, Details: map[string]string{"process": owner()}})
	return errors.Join(err, p.closeStores())
}

// sweep moves what lasts to the present key, which changes with a restart only, and removes what has expired. Expired sessions are unreadable before.
func (p *Portal) sweep(ctx context.Context) {
	if _, err := p.shelf.Reseal(ctx); err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "what people kept not moved to the present key", "error", err)
	}
	for pause.For(ctx, sweepEvery) {
		n, err := p.sessions.DeleteExpired(ctx, faultpoint.Now(), sweepMost)
		switch {
		case err != nil:
			p.log.WarnContext(ctx, "expired sessions not removed", "error", err)
		case n > 0:
			p.log.InfoContext(ctx, "expired sessions removed", "sessions", n)
		}
		if _, err := p.shelf.Sweep(ctx, sweepMost); err != nil {
			p.log.WarnContext(ctx, "what people kept and is over not removed", "error", err)
		}
		if _, err := p.audit.Sweep(ctx, sweepMost); err != nil {
			p.log.WarnContext(ctx, "old audit events not removed", "error", err)
		}
	}
}
