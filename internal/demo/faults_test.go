//go:build !nodemo

package demo

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
)

// status asks a server of the demo by its address; an error is what a client of it would see.
func status(t *testing.T, method, address, path, body string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, byAddress(address)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func TestFlagsSwitchFaultsOn(t *testing.T) {
	t.Parallel()
	c := settings()
	c.Latency, c.Fail = "10ms±5ms", []string{"hub=429:1@retry:7s", "identity=truncate:1@bytes:5@path:/.well-known", "identity=30s@every:10m"}
	d := startWith(t, c)
	if identity, hub := d.Faults.Identity.Rules(), d.Faults.Hub.Rules(); len(identity) != 3 || len(hub) != 2 || hub[0].Delay != 10*time.Millisecond || identity[0].Jitter != 5*time.Millisecond || !identity[2].Down {
		t.Fatalf("identity %+v, hub %+v", identity, hub)
	}
	began := time.Now()
	for i, want := range []int{http.StatusTooManyRequests, http.StatusUnauthorized} {
		if got, _, err := status(t, "GET", d.HubURL, "/sites", ""); got != want || err != nil {
			t.Errorf("request %d of the Data Hub: %d, %v, want %d", i, got, err, want)
		}
	}
	if took := time.Since(began); took < 10*time.Millisecond {
		t.Errorf("two answers came after %v, want 5 ms each at least", took)
	}
	if _, body, err := status(t, "GET", d.IdentityURL, "/.well-known/openid-configuration", ""); !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 5 {
		t.Errorf("discovery: %q, %v, want five bytes", body, err)
	}
}

func TestFlagsNameTheirMistakes(t *testing.T) {
	t.Parallel()
	c := settings()
	c.Latency, c.Fail = "slow", []string{"hub=sometimes", "identity=30s"}
	_, err := Start(t.Context(), c, slog.New(slog.DiscardHandler))
	for _, want := range []string{`--demo-latency: "slow"`, "80ms±40ms", `--demo-fail: "sometimes"`, "@every:10m", `--demo-fail: "identity=30s"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

func TestServerIsDownForAWhile(t *testing.T) {
	t.Parallel()
	d := start(t)
	if got, body, err := status(t, "POST", d.IdentityURL, fault.ControlPath, `{"faults":["3s"]}`); got != http.StatusOK || !strings.Contains(body, `"fault":"3s"`) {
		t.Fatalf("switching it off: %d %s %v", got, body, err)
	}
	refused := false
	deadline := time.Now().Add(time.Minute)
	for ; !refused && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		_, _, err := status(t, "GET", d.IdentityURL, "/", "")
		refused = errors.Is(err, syscall.ECONNREFUSED)
	}
	if !refused {
		t.Fatal("connections are not refused")
	}
	if got, _, err := status(t, "GET", d.HubURL, "/sites", ""); got != http.StatusUnauthorized {
		t.Errorf("the Data Hub meanwhile: %d, %v", got, err)
	}
	back := 0
	for ; back != http.StatusOK && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		back, _, _ = status(t, "GET", d.IdentityURL, "/", "")
	}
	if back != http.StatusOK {
		t.Fatal("the server does not come back")
	}
	if rules := d.Faults.Identity.Rules(); len(rules) != 0 {
		t.Errorf("what is over is still there: %+v", rules)
	}
}

func TestServerThatIsDownCanBeBroughtBack(t *testing.T) {
	t.Parallel()
	d := start(t)
	d.Faults.Hub.Set(fault.Rule{Down: true, For: time.Minute})
	await := func(want int) {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		for got := -1; got != want; time.Sleep(5 * time.Millisecond) {
			if got, _, _ = status(t, "GET", d.HubURL, "/sites", ""); time.Now().After(deadline) {
				t.Fatalf("status %d, want %d", got, want)
			}
		}
	}
	await(0)
	d.Faults.Hub.Clear()
	await(http.StatusUnauthorized)
}

func TestOrdersByHTTP(t *testing.T) {
	t.Parallel()
	d := start(t)
	token := func() string {
		_, body := ask(t, d.IdentityURL, "/connect/token", "", url.Values{"grant_type": {"password"}, "client_id": {ScriptClient}, "client_secret": {ScriptSecret}, "username": {"viewer"}, "password": {"viewer-demo"}, "scope": {"datahub-api"}})
		_, rest, _ := strings.Cut(body, `"access_token":"`)
		text, _, _ := strings.Cut(rest, `"`)
		return text
	}
	counts := func(token string) bool { _, _, _, ok := d.Identity.Introspect(token); return ok }
	first := token()
	if got, _, _ := status(t, "POST", d.IdentityURL, "/faults/expire-tokens", `{"subject":"somebody"}`); got != http.StatusNoContent || !counts(first) {
		t.Errorf("somebody else's tokens: %d, the viewer's count: %t", got, counts(first))
	}
	if got, _, _ := status(t, "POST", d.IdentityURL, "/faults/expire-tokens", `{"subject":"7be40911-viewer"}`); got != http.StatusNoContent || counts(first) {
		t.Errorf("the viewer's tokens: %d, they count: %t", got, counts(first))
	}
	second := token()
	if got, _, _ := status(t, "POST", d.IdentityURL, "/faults/revoke-tokens", ""); got != http.StatusNoContent || counts(second) {
		t.Errorf("everybody's tokens: %d, they count: %t", got, counts(second))
	}
	if got, _, _ := status(t, "POST", d.IdentityURL, "/faults/rotate-keys", ""); got != http.StatusNoContent || strings.Split(token(), ".")[0] == strings.Split(second, ".")[0] {
		t.Errorf("new keys: %d", got)
	}
	if got, _, _ := status(t, "POST", d.HubURL, "/faults/rotate-keys", ""); got != http.StatusUnauthorized && got != http.StatusNotFound && got != http.StatusMethodNotAllowed {
		t.Errorf("the Data Hub takes orders: %d", got)
	}
}

func TestClockOfTheHub(t *testing.T) {
	t.Parallel()
	d := start(t)
	c := client(t, d)
	newest := func() time.Time {
		t.Helper()
		points, err := c.DataPoints(t.Context(), datahub.DataQuery{Variable: 80101, From: time.Now().Add(-6 * time.Hour), To: time.Now().Add(6 * time.Hour)})
		if err != nil || len(points) == 0 {
			t.Fatalf("%d points, %v", len(points), err)
		}
		return points[len(points)-1].Time
	}
	for _, offset := range []time.Duration{0, -2 * time.Hour, 2 * time.Hour} {
		d.Faults.Hub.SetOffset(offset)
		if off := time.Since(newest()) + offset; off < 0 || off > 31*time.Minute {
			t.Errorf("with a clock ahead by %v the newest point is %v old", offset, off)
		}
	}
}
