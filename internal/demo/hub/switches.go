package hub

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// switches are the switches of Config by the words that people write.
var switches = map[string]func(c *Config, value string) error{
	"push-204":        onOff(func(c *Config) *bool { return &c.PushNoContent }),
	"push-scope":      onOff(func(c *Config) *bool { return &c.PushScope }),
	"drop-offsets":    onOff(func(c *Config) *bool { return &c.DropOffsets }),
	"drop-bad-points": onOff(func(c *Config) *bool { return &c.DropBadPoints }),
	"ascending":       onOff(func(c *Config) *bool { return &c.AscendingData }),
	"zero-units":      onOff(func(c *Config) *bool { return &c.ZeroUnits }),
	"unique-mappings": onOff(func(c *Config) *bool { return &c.UniqueMappings }),
	"rate-limit": func(c *Config, value string) (err error) {
		if c.RateLimit, err = strconv.Atoi(value); err != nil || c.RateLimit < 1 {
			err = fmt.Errorf("%q is not a number of requests a minute", value)
		}
		return err
	},
	"ingest-delay": func(c *Config, value string) (err error) {
		if c.IngestDelay, err = time.ParseDuration(value); err != nil || c.IngestDelay < 0 || c.IngestDelay > 10*time.Minute {
			err = fmt.Errorf("%q is not a duration of at most 10m", value)
		}
		return err
	},
	"webhook-network": func(c *Config, value string) error {
		p, err := netip.ParsePrefix(value)
		c.WebhookNetworks = append(c.WebhookNetworks, p)
		return err
	},
}

// SwitchNames are the words that Switch knows, in alphabetical order.
func SwitchNames() []string {
	var names []string
	for name := range switches {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Switch sets one of the switches from a word, such as push-204 or rate-limit=100.
func (c *Config) Switch(text string) error {
	name, value, _ := strings.Cut(text, "=")
	set := switches[name]
	if set == nil {
		return fmt.Errorf("%q is none of %s", name, strings.Join(SwitchNames(), ", "))
	}
	if err := set(c, value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func onOff(field func(c *Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value != "" {
			return fmt.Errorf("it takes no value, but has %q", value)
		}
		*field(c) = true
		return nil
	}
}
