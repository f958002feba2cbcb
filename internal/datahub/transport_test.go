package datahub

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// names is a name server that answers every question about IPv4 with its addresses.
type names struct {
	mu        sync.Mutex
	addresses []netip.Addr
	conn      net.PacketConn
}

func newNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	n := &names{conn: conn}
	go n.serve()
	return n
}

func (n *names) set(addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = nil
	for _, a := range addresses {
		n.addresses = append(n.addresses, netip.MustParseAddr(a))
	}
}

func (n *names) serve() {
	b := make([]byte, 512)
	for {
		size, from, err := n.conn.ReadFrom(b)
		if err != nil {
			return
		}
		_, _ = n.conn.WriteTo(n.answer(b[:size]), from)
	}
}

// answer is a message of RFC 1035, section 4: the question as it came, and an A record for each address.
func (n *names) answer(question []byte) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	answer := append([]byte{}, question[:end]...)
	answer[2], answer[3] = 0x81, 0x80 // an answer, and no error
	clear(answer[6:12])
	if binary.BigEndian.Uint16(question[end-4:]) != 1 { // no A record was asked for
		return answer
	}
	binary.BigEndian.PutUint16(answer[6:], uint16(len(n.addresses)))
	for _, a := range n.addresses {
		ip := a.As4()
		answer = append(append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), ip[:]...)
	}
	return answer
}

// A name is resolved anew for each connection, and each of its addresses is tried within the time of one.
func TestR23AddressesOfTheDataHub(t *testing.T) {
	t.Parallel()
	names := newNames(t)
	dial := &net.Dialer{Timeout: 5 * time.Second, Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", names.conn.LocalAddr().String())
	}}}
	lives := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {}))
	t.Cleanup(lives.Close)
	_, port, err := net.SplitHostPort(lives.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		addresses []string
		reached   bool
	}{{[]string{"127.0.0.1"}, true}, {[]string{"127.0.0.2", "127.0.0.3"}, false}, {[]string{"127.0.0.2", "127.0.0.3", "127.0.0.1"}, true}} {
		names.set(tt.addresses...)
		start := time.Now()
		conn, err := dialer(dial)(t.Context(), "tcp", "hub.example:"+port)
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != tt.reached || time.Since(start) > 6*time.Second {
			t.Errorf("%v: %v after %v", tt.addresses, err, time.Since(start))
		}
	}
	tr := transport(time.Second)
	if tr.IdleConnTimeout <= 0 || tr.IdleConnTimeout > 90*time.Second || tr.HTTP2.SendPingTimeout <= 0 || tr.HTTP2.PingTimeout <= 0 {
		t.Errorf("connections that are not used stay for %v, dead ones are looked for after %v and found after %v", tr.IdleConnTimeout, tr.HTTP2.SendPingTimeout, tr.HTTP2.PingTimeout)
	}
	if tr.ResponseHeaderTimeout != time.Second || tr.TLSHandshakeTimeout != 5*time.Second || tr.MaxConnsPerHost == 0 || tr.MaxIdleConnsPerHost == 0 || tr.MaxIdleConns == 0 || tr.Proxy == nil {
		t.Errorf("a transport without one of its bounds: %+v", tr)
	}
}

// A connection that was kept and is dead by now costs nobody their read: the next one finds the Data Hub where it is.
func TestR23DeadConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	})
	first, second := httptest.NewServer(handler), httptest.NewServer(handler)
	t.Cleanup(second.Close)
	var mu sync.Mutex
	at := first.Listener.Addr().String()
	rt := transport(5 * time.Second)
	rt.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		return (&net.Dialer{}).DialContext(ctx, network, at)
	}
	h, err := New(Config{BaseURL: "http://hub.localhost", Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	for _, next := range []string{second.Listener.Addr().String(), ""} {
		if _, err := h.Client(&purse{}).Sites(t.Context(), SiteQuery{}); err != nil {
			t.Errorf("Sites: %v", err)
		}
		if next != "" {
			mu.Lock()
			at = next
			mu.Unlock()
			first.CloseClientConnections()
			first.Close()
		}
	}
}
