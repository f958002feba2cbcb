package hub

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSwitch(t *testing.T) {
	t.Parallel()
	var c Config
	for _, text := range []string{"push-204", "push-scope", "drop-offsets", "drop-bad-points", "ascending", "zero-units", "unique-mappings", "rate-limit=100", "ingest-delay=90s", "webhook-network=10.0.0.0/8"} {
		if err := c.Switch(text); err != nil {
			t.Errorf("Switch(%q) = %v", text, err)
		}
	}
	want := Config{PushNoContent: true, PushScope: true, DropOffsets: true, DropBadPoints: true, AscendingData: true, ZeroUnits: true, UniqueMappings: true, RateLimit: 100, IngestDelay: 90 * time.Second,
		WebhookNetworks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	if diff := cmp.Diff(want, c, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("all switches (-want +got):\n%s", diff)
	}
	for _, text := range []string{"", "push-205", "push-204=yes", "rate-limit", "rate-limit=0", "ingest-delay=11m", "ingest-delay=x", "webhook-network=10.0.0.1"} {
		if err := new(Config).Switch(text); err == nil {
			t.Errorf("Switch(%q) = nil", text)
		}
	}
}

// TestSwitchesAreDocumented looks for each switch in the page about the demo.
func TestSwitchesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/demo.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range SwitchNames() {
		if !strings.Contains(string(page), "`"+name) {
			t.Errorf("docs/demo.md does not tell of %s", name)
		}
	}
}
