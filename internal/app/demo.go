//go:build !nodemo

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"portico/internal/config"
	"portico/internal/demo"
	"portico/internal/demo/fault"
	"portico/internal/demo/flow"
	"portico/internal/demo/switchboard"
	"portico/internal/demo/tour"
	"portico/internal/session"
)

const demoDrainTime = time.Second // the demo's servers keep nothing

// runDemo runs the portal with an identity server and a Data Hub of its own.
func runDemo(ctx context.Context, c config.Demo, out, errs io.Writer) error {
	log := newLogger(errs, c.Log)
	defer closeLog(log)
	d, err := demo.Start(ctx, c, log.Logger)
	if err != nil {
		return err
	}
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		return err
	}
	p, err := Build(ctx, d.Config, keys, extras(d), log.With("server", "portal"))
	if err != nil {
		return err
	}
	if err := furnish(ctx, p, d); err != nil {
		return errors.Join(err, p.closeStores())
	}
	p.countLost(log)
	p.begin(ctx, d.Config)
	p.metrics.Gauge("portico_demo", "1 where everything is invented; absent elsewhere.", func() float64 { return 1 })
	if d.Hosted {
		log.WarnContext(ctx, "demo mode: invented data, open to others", "portal", d.PortalURL)
	} else {
		log.WarnContext(ctx, "demo mode: published passwords and invented data")
	}
	if _, err := fmt.Fprint(out, d.Screen()); err != nil {
		return err
	}
	err = p.Serve(ctx, d.Portal)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), demoDrainTime)
	defer cancel()
	d.Close(stop)
	return err
}

// extras are the demo's own pages, and what they need to see.
func extras(d *demo.Demo) Extras {
	at := func(t time.Time) time.Time {
		return d.Clock.Now().Add(time.Duration(float64(time.Until(t)) * d.Clock.Speed()))
	}
	faults := switchboard.New(switchboard.Config{Identity: &d.Faults.Identity, Hub: &d.Faults.Hub, Own: d.TroubleOf, Rotate: d.Identity.RotateKeys, Expire: d.Identity.ExpireAccessTokens, Revoke: d.Identity.RevokeTokens, At: at})
	leave := d.LeaveIdentity
	if d.Hosted { // nobody breaks it for everybody
		leave = nil
	}
	f := flow.New(flow.Config{
		Expire:  func(sid, subject string) { d.Identity.ExpireAccessTokens(fault.Whose{SID: sid, Subject: subject}) },
		Revoke:  func(sid, subject string) { d.Identity.RevokeTokens(fault.Whose{SID: sid, Subject: subject}) },
		Trouble: func(sid string, what flow.Trouble, long time.Duration) { d.TroubleFor(sid, troubles(what, long)...) },
		Dawdle:  d.DawdleOnce,
		Leave:   leave,
		Back:    d.IdentityBack,
		At:      at,
	})
	t := tour.New(tourOf(d))
	pages := append(t.Pages(), f.Pages()...)
	if !d.Hosted {
		pages = append(pages, faults.Pages()...)
	}
	return Extras{
		Pages: pages, Front: t.Front(), Frame: t.Frame,
		Around: func(next http.Handler) http.Handler { return t.Around(f.Around(next)) }, Young: youngInDemo,
		Peer: func(name string, next http.RoundTripper) http.RoundTripper { return f.Peer(name, d.Near(next)) },
	}
}

// youngInDemo is next to nothing: a visitor may let a token expire that has just come, and it is refreshed all the same.
const youngInDemo = time.Millisecond

// troubles are a visitor's faults of the Data Hub.
func troubles(what flow.Trouble, long time.Duration) []fault.Rule {
	f := map[flow.Trouble]fault.Fault{flow.Slow: {Delay: 3 * time.Second}, flow.Busy: {Status: http.StatusTooManyRequests, RetryAfter: 5 * time.Second}, flow.Fails: {Status: http.StatusInternalServerError}}[what]
	if f == (fault.Fault{}) {
		return nil
	}
	return []fault.Rule{{Fault: f, For: long}}
}
