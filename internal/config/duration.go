package config

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that keeps the text it was read from, so that Config.Check can report a mistake in it together with
// all others instead of stopping at the first.
type Duration struct {
	time.Duration
	text string
	err  error
}

// UnmarshalText reads the form of [time.ParseDuration]. It never fails; see between.
func (d *Duration) UnmarshalText(b []byte) error {
	d.text = string(b)
	d.Duration, d.err = time.ParseDuration(d.text)
	return nil
}

// MarshalText returns the duration as text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// between returns an error that names the flag when the text was no duration or lies outside [low, high].
func (d Duration) between(flag string, low, high time.Duration) error {
	if d.err != nil {
		return fmt.Errorf("--%s: %q is not a duration; write 90s, 15m or 1h", flag, d.text)
	}
	if d.Duration < low || d.Duration > high {
		return fmt.Errorf("--%s: %v is outside %v to %v", flag, d.Duration, low, high)
	}
	return nil
}
