package config

import (
	"fmt"
	"strconv"
)

// Count is a whole number that keeps the text it was read from, for the same reason as Duration.
type Count struct {
	N    int
	text string
	err  error
}

// UnmarshalText reads decimal digits. It never fails; see between.
func (c *Count) UnmarshalText(b []byte) error {
	c.text = string(b)
	c.N, c.err = strconv.Atoi(c.text)
	return nil
}

// MarshalText returns the number as text.
func (c Count) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// String returns the number.
func (c Count) String() string { return strconv.Itoa(c.N) }

// between returns an error that names the flag when the text was no number or lies outside [low, high].
func (c Count) between(flag string, low, high int) error {
	if c.err != nil {
		return fmt.Errorf("--%s: %.40q is not a whole number", flag, c.text)
	}
	if c.N < low || c.N > high {
		return fmt.Errorf("--%s: %d is outside %d to %d", flag, c.N, low, high)
	}
	return nil
}
