package server

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/dashboards"
	"portico/internal/grant"
	"portico/internal/limit"
	"portico/internal/live"
	"portico/internal/screen"
	"portico/internal/session"
)

// ear reads an event stream over a connection.
type ear struct {
	*testing.T
	resp  *http.Response
	lines *bufio.Scanner
}

// portalOn serves a bench's portal on a socket, with limits of a connection that no stream could live with.
func portalOn(b *bench, limit time.Duration) string {
	portal := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "portal.localhost:8080"
		b.handler.ServeHTTP(w, r)
	}))
	portal.Config.ReadTimeout, portal.Config.WriteTimeout = limit, limit
	portal.Start()
	b.Cleanup(func() {
		b.server.Drain()
		portal.Close()
	})
	return portal.URL
}

func (b *bench) listen(url string, header ...string) *ear {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	b.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	b.must(err)
	req.AddCookie(b.cookie)
	req.Header.Set("Accept", "text/event-stream")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	b.must(err)
	b.Cleanup(func() { _ = resp.Body.Close() })
	return &ear{b.T, resp, bufio.NewScanner(resp.Body)}
}

// next reads one event; its name is "" at the end.
func (l *ear) next() (name, id string, data []byte) {
	for l.lines.Scan() {
		switch field, value, _ := strings.Cut(l.lines.Text(), ": "); field {
		case "event":
			name = value
		case "id":
			id = value
		case "data":
			data = []byte(value)
		case "":
			return name, id, data
		}
	}
	return "", "", nil
}

// wants skips to the event of a name.
func (l *ear) wants(name string) (id string, data []byte) {
	l.Helper()
	for {
		got, id, data := l.next()
		if got == name {
			return id, data
		}
		if got == "" {
			l.Fatalf("the stream ended without the event %s: %v", name, l.lines.Err())
		}
	}
}

func TestLiveStream(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	portal := portalOn(b, time.Second)
	l := b.listen(portal + "/live?topics=alarms,freshness")
	h := l.resp.Header
	if l.resp.StatusCode != http.StatusOK || h.Get("Content-Type") != "text/event-stream" || !strings.Contains(h.Get("Cache-Control"), "no-store") || !strings.Contains(h.Get("Cache-Control"), "no-transform") || h.Get("X-Accel-Buffering") != "no" {
		t.Fatalf("%d %v", l.resp.StatusCode, h)
	}
	_, data := l.wants(live.Heartbeat)
	var beat struct{ Time time.Time }
	if err := json.Unmarshal(data, &beat); err != nil || time.Since(beat.Time).Abs() > time.Minute {
		t.Errorf("heartbeat %s, %v", data, err)
	}
	id, data := l.wants("alarms")
	var alarms struct{ Open, Acknowledged int }
	if err := json.Unmarshal(data, &alarms); err != nil || alarms.Open+alarms.Acknowledged == 0 || id == "" {
		t.Errorf("alarms %s with id %q, %v", data, id, err)
	}
	if name, _, data := b.listen(portal+"/live?topics=freshness").nextBut(live.Heartbeat, 30*time.Second); name != "freshness" || !strings.Contains(string(data), `"204486":"`) {
		t.Errorf("freshness is %s %s", name, data)
	}
	time.Sleep(2 * time.Second) // twice what the connection's limits would allow
	back := b.listen(portal+"/live?topics=alarms", "Last-Event-ID", id)
	b.listen(portal+"/live?topics=alarms", "Last-Event-ID", "elsewhere-7").wants(live.Resync)
	b.listen(portal + "/live?last=elsewhere-7").wants(live.Resync)
	b.server.Drain()
	if name, _, data := back.nextBut(live.Heartbeat, 30*time.Second); name != live.Reconnect && name != "alarms" {
		t.Errorf("who comes back with the latest id hears %q %s", name, data)
	}
	l.wants(live.Reconnect)
	if name, _, _ := l.next(); name != "" {
		t.Errorf("after the end came %s", name)
	}
	if resp := b.listen(portal + "/live").resp; resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a process that goes away answers a new stream with %d", resp.StatusCode)
	}
}

// nextBut is the next event of another name, "" when there is none for so long.
func (l *ear) nextBut(skip string, most time.Duration) (name, id string, data []byte) {
	late := time.AfterFunc(most, func() { _ = l.resp.Body.Close() })
	defer late.Stop()
	for {
		if name, id, data = l.next(); name != skip {
			return name, id, data
		}
	}
}

// A wall hears of its boards by the same stream: which widgets there are and how they look, and that one is not there.
func TestLiveBoards(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	made, err := board.NewLibrary(b.server.config.Shelf, nil).Create(t.Context(), board.Person{Issuer: b.issuer, Subject: "alice", Account: "101"}, board.Board{Title: "x", Widgets: []board.Widget{
		{ID: "alarms", Kind: board.AlarmWall, W: 3, H: 4}, {ID: "load", Kind: board.BigNumber, Y: 4, W: 2, H: 2, Series: []string{"80101"}},
	}})
	b.must(err)
	l := b.listen(portalOn(b, time.Minute) + "/live?topics=alarms&boards=" + made.ID + ",aaaaaaaaaaaaaaaa")
	states := map[string]dashboards.State{}
	for len(states) < 2 {
		_, data := l.wants("board")
		var s dashboards.State
		b.must(json.Unmarshal(data, &s))
		states[s.Board] = s
	}
	if s := states[made.ID]; len(s.Marks) != 2 || s.Marks["load"] == "" || s.Gone || s.Trouble != "" {
		t.Errorf("the board: %+v", s)
	}
	if s := states["aaaaaaaaaaaaaaaa"]; !s.Gone {
		t.Errorf("a board that is not there: %+v", s)
	}
}

// A screen hears of what is on its list and of nothing else, whatever it asks for.
func TestLiveBoardsOfAScreen(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	shown, other := b.board("Shown"), b.board("Other")
	template, err := board.NewLibrary(b.server.config.Shelf, nil).Create(t.Context(), alice, board.Board{Title: "Site", PerSite: true, Widgets: []board.Widget{{ID: "clock", Kind: board.Clock, W: 3, H: 2}}})
	b.must(err)
	site, otherSite := template.ID+".204481", template.ID+".204482"
	scr, c := b.onScreen(shown, template.ID+"@204481")
	l := b.listen(portalOn(b, time.Minute)+"/live?topics=alarms&screen="+scr.ID+"&boards="+strings.Join([]string{shown, other, site, otherSite}, ","), "Cookie", cookies(c))
	gone := map[string]bool{}
	for len(gone) < 4 {
		_, data := l.wants("board")
		var s dashboards.State
		b.must(json.Unmarshal(data, &s))
		gone[s.Board] = s.Gone && len(s.Marks) == 0 && s.Revision == ""
	}
	if gone[shown] || !gone[other] || gone[site] || !gone[otherSite] {
		t.Errorf("gone: %v; %s and %s are shown, %s and %s are others", gone, shown, site, other, otherSite)
	}
}

func TestLiveRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.get("/live?topics=alarms,prices", "Accept", "text/event-stream", "Sec-Fetch-Mode", "cors").want(t, "an unknown topic", http.StatusBadRequest, `"param":"topics"`)
	b.get("/live?topics=alarms&topics=alarms", "Sec-Fetch-Mode", "cors").want(t, "two lists", http.StatusBadRequest, `"param":"topics"`)
	b.get("/live?topics=alarms&boards="+strings.Repeat("a,", boardsPerStream)+"a", "Sec-Fetch-Mode", "cors").want(t, "many boards", http.StatusBadRequest, `"param":"boards"`)
	b.get("/live?last="+strings.Repeat("a", 65), "Sec-Fetch-Mode", "cors").want(t, "a long id", http.StatusBadRequest, `"param":"last"`)
	b.get("/live", "Cookie", "", "Sec-Fetch-Mode", "cors").want(t, "nobody", http.StatusUnauthorized, `"code":"session_ended"`)
	b.get("/live", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors").want(t, "another site", http.StatusForbidden)
	portal := portalOn(b, time.Minute)
	for range streamsPerSession {
		b.listen(portal + "/live?topics=alarms").wants(live.Heartbeat)
	}
	if resp := b.listen(portal + "/live?topics=alarms").resp; resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one stream more than a session may have is answered with %d", resp.StatusCode)
	}
	if n := b.server.Streams(); n != streamsPerSession {
		t.Errorf("%d streams, want %d", n, streamsPerSession)
	}
	b.server.limits.streams = limit.NewSlots[struct{}](0)
	if a := b.get("/live?topics=alarms", "Sec-Fetch-Mode", "cors"); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("one stream more than the process takes is answered with %d", a.StatusCode)
	}
}

// A screen shares no poll with the person whose rights it has.
func TestPollsOfScreensAreApart(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/live", nil)
	alice := &session.Session{Identity: session.Identity{Issuer: "https://op", Subject: "alice", Account: "1"}}
	keys := map[string]bool{}
	for _, who := range []*session.Session{alice, {Identity: session.Identity{Issuer: "https://op", Subject: "alice", Account: "2"}}, {Identity: session.Identity{Issuer: "https://op", Subject: "alic", Account: "e1"}}, {Identity: session.Identity{Issuer: "https://other", Subject: "alice", Account: "1"}}} {
		keys[topicKey(r, who, "alarms")] = true
	}
	keys[topicKey(r, alice, "freshness")] = true
	for _, id := range []string{"a", "b"} {
		keys[topicKey(r.WithContext(context.WithValue(r.Context(), screenKey{}, &screen.Screen{Reader: grant.Reader{ID: id}})), alice, "alarms")] = true
	}
	if len(keys) != 7 || !keys[topicKey(r, alice, "alarms")] {
		t.Errorf("%d keys of 7 polls", len(keys))
	}
}

// A stream on which nothing happens costs the process less than 40 KiB of heap, its connection included.
func TestIdleStreamsAreSmall(t *testing.T) {
	const streams = 400
	b := newBench(t, "http://portal.localhost:8080")
	pipes := newPipes()
	portal := &http.Server{Handler: b.handler, ReadTimeout: bodyTimeout, WriteTimeout: writeTimeout}
	go func() { _ = portal.Serve(pipes) }()
	defer func() { _ = portal.Close() }()
	b.server.limits.streamsOf = limit.NewSlots[session.ID](streams)
	var m runtime.MemStats
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var open []net.Conn
	one := func() {
		c := pipes.dial()
		open = append(open, c)
		_, err := io.WriteString(c, "GET /live?topics=alarms HTTP/1.1\r\nHost: portal.localhost:8080\r\nAccept: text/event-stream\r\nCookie: "+b.cookie.String()+"\r\n\r\n")
		b.must(err)
		frame := make([]byte, 4096)
		_, err = c.Read(frame)
		b.must(err)
		go func() { _, _ = io.Copy(io.Discard, c) }()
	}
	one() // what the first one makes is there for all
	before := heap()
	for range streams - 1 {
		one()
	}
	each := (heap() - before) / (streams - 1)
	t.Logf("an idle stream takes %d bytes of heap, both ends of its pipe included", each)
	if each > 40<<10 {
		t.Errorf("an idle stream takes %d bytes", each)
	}
	b.server.Drain()
	for _, c := range open {
		_ = c.Close()
	}
}

// pipes are connections within the process.
type pipes struct {
	made   chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.made <- theirs
	return ours
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
