//go:build !nodemo

package demo

import (
	"errors"
	"fmt"

	"portico/internal/config"
	"portico/internal/demo/fault"
)

// Faults are the switches of the demo's servers.
type Faults struct {
	Identity, Hub fault.Switch
}

// set switches on what the flags say.
func (f *Faults) set(c config.Demo) error {
	delay, jitter, err := fault.ParseLatency(c.Latency)
	if err != nil {
		err = fmt.Errorf("--demo-latency: %w", err)
	}
	if late := (fault.Rule{Fault: fault.Fault{Delay: delay, Jitter: jitter}}); delay > 0 {
		f.Identity.Add(late)
		f.Hub.Add(late)
	}
	for _, text := range c.Fail {
		server, rule, wrong := fault.ParseFor(text)
		switch {
		case wrong != nil:
			err = errors.Join(err, fmt.Errorf("--demo-fail: %w", wrong))
		case server == "identity":
			f.Identity.Add(rule)
		default:
			f.Hub.Add(rule)
		}
	}
	return err
}

// orders are what the identity server does when it is told to.
func (d *Demo) orders() map[string]fault.Order {
	return map[string]fault.Order{
		"rotate-keys":   func(fault.Whose) error { return d.Identity.RotateKeys() },
		"expire-tokens": func(w fault.Whose) error { d.Identity.ExpireAccessTokens(w); return nil },
		"revoke-tokens": func(w fault.Whose) error { d.Identity.RevokeTokens(w); return nil },
	}
}
