package hub

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	courierTimeout = 10 * time.Second // for one call
	maxPending     = 200              // calls that wait or are under way
	mostFailures   = 5                // in a row; then the webhook is disabled
)

// pauses are the waits before the calls of a webhook: after a failure one retry after ten seconds, then four more ten minutes apart.
var pauses = []time.Duration{0, 10 * time.Second, 10 * time.Minute, 10 * time.Minute, 10 * time.Minute, 10 * time.Minute}

// courier calls webhooks. It connects to this machine, and to the networks of the configuration, whatever a name leads to.
type courier struct {
	networks []netip.Prefix
	client   *http.Client
	pauses   []time.Duration
	done     chan struct{} // closed when the hub ends
	pending  atomic.Int32
	calls    sync.WaitGroup
}

func newCourier(networks []netip.Prefix) *courier {
	k := &courier{networks: networks, pauses: pauses, done: make(chan struct{})}
	dialer := &net.Dialer{Timeout: courierTimeout, Control: k.control}
	k.client = &http.Client{
		Timeout:       courierTimeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return k
}

var errElsewhere = errors.New("the address is not on this machine")

// control looks at the address that a connection is about to be made to, when names are resolved already.
func (k *courier) control(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !k.allows(a.Addr()) {
		return errElsewhere
	}
	return nil
}

func (k *courier) allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsLoopback() || slices.ContainsFunc(k.networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// mayCall refuses hosts that are addresses elsewhere. Names are looked at when they are called.
func (h *Hub) mayCall(host string) bool {
	a, err := netip.ParseAddr(host)
	return err != nil || h.courier.allows(a)
}

func (h *Hub) announce(t *tenant, kind string, news object) { h.announceAfter(0, t, kind, news) }

// announceAfter calls an account's webhooks for a kind of news, after a while, each on its own.
func (h *Hub) announceAfter(wait time.Duration, t *tenant, kind string, news object) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(t.shelf(webhooks))) {
		if !wants(t.shelf(webhooks)[id], kind) {
			continue
		}
		if h.courier.pending.Add(1) > maxPending {
			h.courier.pending.Add(-1)
			h.c.Log.Warn("webhook not called: too many calls are waiting", "account", t.account, "webhook", id)
			continue
		}
		h.courier.calls.Go(func() {
			defer h.courier.pending.Add(-1)
			h.deliver(wait, t, id, kind, news)
		})
	}
}

// deliver calls a webhook until it takes the news, has failed too often, is gone, or the hub ends.
func (h *Hub) deliver(wait time.Duration, t *tenant, id, kind string, news object) {
	ctx, cancel := h.courier.context()
	defer cancel()
	for _, pause := range h.courier.pauses {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait + pause):
		}
		wait = 0
		t.mu.Lock()
		o := t.shelf(webhooks)[id]
		t.mu.Unlock()
		if o == nil || !wants(o, kind) {
			return
		}
		a := h.courier.call(ctx, o, kind, news, h.c.Now)
		if t.remember(id, a) || a.good() {
			return
		}
	}
}

// context is one that ends with the hub: calls outlive the requests that caused them.
func (k *courier) context() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-k.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// Close ends what the hub does by itself, which is to call webhooks, and waits for it.
func (h *Hub) Close() {
	h.closing.Do(func() { close(h.courier.done) })
	h.courier.calls.Wait()
}

// remember notes a call of a webhook and disables it after too many failures in a row; then it returns true.
func (t *tenant) remember(id string, a attempt) (disabled bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.shelf(webhooks)[id]
	if o == nil {
		return true
	}
	history := append(t.attempts[id], a)
	if len(history) > maxHistory {
		history = slices.Clone(history[len(history)-maxHistory:])
	}
	t.attempts[id] = history
	maps.DeleteFunc(t.attempts, func(id string, _ []attempt) bool { return t.shelf(webhooks)[id] == nil })
	if t.failures[id]++; a.good() {
		t.failures[id] = 0
	}
	if t.failures[id] < mostFailures {
		return false
	}
	t.failures[id] = 0
	o = o.clone()
	o["enabled"] = false
	t.shelf(webhooks)[id] = o
	return true
}

// call sends news to a webhook once.
func (k *courier) call(ctx context.Context, o object, kind string, news object, now func() time.Time) attempt {
	a := attempt{at: now(), kind: kind}
	var body bytes.Buffer
	media := "application/json"
	if o["contentType"] == "Xml" {
		media = "application/xml"
		writeXML(&body, kind, news)
	} else if err := encode(&body, news); err != nil {
		a.err = err.Error()
		return a
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.textOf("url"), &body)
	if err != nil {
		a.err = "the address cannot be called"
		return a
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("User-Agent", "portico-demo")
	if o["username"] != nil {
		r.SetBasicAuth(o.textOf("username"), o.textOf("password"))
	}
	resp, err := k.client.Do(r)
	if err != nil {
		a.err = reason(err)
		return a
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
	a.status = resp.StatusCode
	return a
}

// reason is why a call failed, in words that tell nothing of what is behind an address.
func reason(err error) string {
	if errors.Is(err, errElsewhere) {
		return errElsewhere.Error()
	}
	return "no answer"
}

// writeXML writes news as elements.
func writeXML(w io.Writer, name string, v any) {
	name = strings.Map(func(r rune) rune {
		if isLetter(byte(r)) && r < 128 || '0' <= r && r <= '9' {
			return r
		}
		return '_'
	}, name)
	_, _ = fmt.Fprintf(w, "<%s>", name)
	switch v := v.(type) {
	case object:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			writeXML(w, member, v[member])
		}
	case []any:
		for _, item := range v {
			writeXML(w, "item", item)
		}
	default:
		_ = xml.EscapeText(w, []byte(textOf(v)))
	}
	_, _ = fmt.Fprintf(w, "</%s>", name)
}
