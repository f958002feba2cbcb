package hub

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// listener is where webhooks are called. It answers with statuses in turn, the last one for ever.
type listener struct {
	*httptest.Server
	calls chan heard
}

type heard struct {
	header http.Header
	body   string
}

func listen(t *testing.T, statuses ...int) *listener {
	t.Helper()
	l := &listener{calls: make(chan heard, 100)}
	n := 0
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(statuses[min(n, len(statuses)-1)])
		n++
		l.calls <- heard{r.Header, string(body)}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) next(t *testing.T) heard {
	t.Helper()
	select {
	case call := <-l.calls:
		return call
	case <-time.After(time.Minute):
		t.Fatal("the webhook is not called")
		return heard{}
	}
}

// quiet makes sure that nothing more comes.
func (l *listener) quiet(t *testing.T, h *Hub) {
	t.Helper()
	h.courier.calls.Wait()
	if len(l.calls) > 0 {
		t.Errorf("the webhook is called with %v", <-l.calls)
	}
}

// hub is a hub with a webhook at l.
func (l *listener) hub(t *testing.T, c Config, more string) (h *Hub, id string) {
	t.Helper()
	h = newHub(c)
	t.Cleanup(h.Close)
	h.courier.pauses = []time.Duration{0, 0, 0, 0, 0, 0}
	return h, idOfNew(create(t, h, "/account/webhooks", `{"name":"w","url":"`+l.URL+`/hook"`+more+`}`))
}

func TestWebhookAtTheEndOfAPush(t *testing.T) {
	t.Parallel()
	l := listen(t, 200)
	h, id := l.hub(t, Config{}, `,"kinds":["PushOperation"]`)
	_, _, variable := family(t, h)
	data := `[{"variableId":` + variable + `,"data":[{"date":"2026-11-22T11:00:00Z","value":1},{"date":"2026-11-22T11:01:00Z","value":1}]},{"variableId":5,"data":[{"date":"2026-11-22T11:00:00Z","value":1}]}]`
	for query, want := range map[string]string{"?op-1": "op-1", "?operationId=op%202": "op 2", "?operationId=op-3&operationTimeoutSec=30": "op-3", "?operationId=op-4?operationTimeoutSec=30": "op-4", "?OperationID=a.b": "a.b", "?x.y": "x.y"} {
		must(t, h, 200, "POST", "/api/data/"+query, data)
		call := l.next(t)
		var body entity
		if err := json.Unmarshal([]byte(call.body), &body); err != nil || body["operationId"] != want || body["status"] != "Completed" || body["pointCount"] != 2.0 || body["startDate"] != "2026-11-22T12:00:00Z" ||
			body["endDate"] == nil || len(body["errors"].([]any)) != 0 || call.header.Get("Content-Type") != "application/json" || call.header.Get("Authorization") != "" {
			t.Errorf("%s: webhook gets %v %s", query, call.header, call.body)
		}
	}
	must(t, h, 200, "POST", "/api/data/", data) // nobody asked for news
	must(t, h, 400, "POST", "/api/data/?op", `{`)
	create(t, h, "/sources", `{"siteId":204481}`) // another kind of news
	l.quiet(t, h)
	if history := get[[]entity](t, h, "/account/webhooks/"+id+"/history"); len(history) != 6 || history[0]["success"] != true || history[0]["status"] != 200.0 || history[0]["kind"] != pushFinished {
		t.Errorf("history %v", history)
	}
}

func TestWebhookTimeout(t *testing.T) {
	t.Parallel()
	l := listen(t, 200)
	h, _ := l.hub(t, Config{IngestDelay: 3 * time.Second}, "")
	must(t, h, 200, "POST", "/api/standard?operationId=x&operationTimeoutSec=1", `{"Data":[]}`)
	if call := l.next(t); !strings.Contains(call.body, `"status":"Timeout"`) || !strings.Contains(call.body, `"endDate":"2026-11-22T12:00:01Z"`) {
		t.Errorf("webhook gets %s", call.body)
	}
}

// TestWebhookNews is about the other kinds of news, Basic authentication and XML.
func TestWebhookNews(t *testing.T) {
	t.Parallel()
	l := listen(t, 200)
	var minutes atomic.Int64
	h, id := l.hub(t, Config{Now: func() time.Time { return now.Add(time.Duration(minutes.Load()) * time.Minute) }}, `,"username":"u","password":"p&w","contentType":"Xml"`)
	if w := get[entity](t, h, "/account/webhooks/"+id); w["password"] != nil || w["authenticationType"] != "Basic" || strings.Contains(fmt.Sprint(get[[]entity](t, h, "/account/webhooks")), "p&w") {
		t.Errorf("webhook %v tells its password", w)
	}
	site, source, variable := family(t, h)
	call := l.next(t)
	r := http.Request{Header: call.header}
	user, password, _ := r.BasicAuth()
	if user != "u" || password != "p&w" || call.header.Get("Content-Type") != "application/xml" || !strings.Contains(call.body, "<MeterNumber>M-1</MeterNumber>") || !strings.Contains(call.body, "<Id>"+source+"</Id>") {
		t.Errorf("a new source: %v %s", call.header, call.body)
	}
	must(t, h, 204, "PUT", "/account/webhooks/"+id, `{"contentType":"Json","kinds":["Alarm"]}`)
	create(t, h, "/alarms", `{"siteId":`+site+`,"sourceId":`+source+`,"variableId":`+variable+`,"friendlyName":"Warm","setValue":10,"resetValue":8}`)
	minutes.Store(1)
	pushedTo(t, h, variable, `[{"date":"2026-11-22T12:01:00Z","value":12}]`)
	if call := l.next(t); !strings.Contains(call.body, `"friendlyName":"Warm"`) || !strings.Contains(call.body, `"present":true`) {
		t.Errorf("an alarm: %s", call.body)
	}
	pushedTo(t, h, variable, `[{"date":"2026-11-22T12:01:01Z","value":13}]`) // nothing changes
	if tried := decode[entity](t, ask(t, h, "POST", "/account/webhooks/test/"+id, "")); tried["success"] != true || tried["status"] != 200.0 {
		t.Errorf("test %v", tried)
	}
	if call := l.next(t); !strings.Contains(call.body, onlyTest) {
		t.Errorf("test call %s", call.body)
	}
	l.quiet(t, h)
}

// TestWebhookThatFails is called again, at most five times, and is disabled then.
func TestWebhookThatFails(t *testing.T) {
	t.Parallel()
	l := listen(t, 500, 404, 200, 500)
	h, id := l.hub(t, Config{}, "")
	push := func() { must(t, h, 200, "POST", "/api/standard?operationId=x", `{"Data":[]}`) }
	push()
	for range 3 {
		l.next(t)
	}
	push()
	for range 5 {
		l.next(t)
	}
	h.courier.calls.Wait()
	if w := get[entity](t, h, "/account/webhooks/"+id); w["enabled"] != false {
		t.Errorf("after five failures in a row the webhook is %v", w)
	}
	push()
	if history := get[[]entity](t, h, "/account/webhooks/"+id+"/history"); len(history) != 8 || history[7]["status"] != 500.0 || history[5]["success"] != true {
		t.Errorf("history %v", history)
	}
	must(t, h, 204, "PUT", "/account/webhooks/"+id, `{"enabled":true}`)
	push()
	for range 5 { // it has five more
		l.next(t)
	}
	l.quiet(t, h)
	must(t, h, 204, "DELETE", "/account/webhooks/"+id, "")
	must(t, h, 404, "GET", "/account/webhooks/"+id+"/history", "")
}

// TestWebhooksStayHere tries to make the hub call somewhere else.
func TestWebhooksStayHere(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	t.Cleanup(h.Close)
	for _, url := range []string{"http://192.0.2.1/", "http://169.254.169.254/latest", "http://10.0.0.1:8080", "http://[2001:db8::1]/", "https://[::ffff:192.0.2.1]/", "http://0.0.0.0/", "http://224.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://user:pass@127.0.0.1/", "127.0.0.1", "http://", "", "gopher://127.0.0.1"} {
		must(t, h, 400, "POST", "/account/webhooks", `{"url":"`+url+`"}`)
		must(t, h, 400, "POST", "/account/webhooks/test", `{"url":"`+url+`"}`)
	}
	must(t, h, 400, "POST", "/account/webhooks", `{"url":"http://127.0.0.1/","kinds":["Gossip"]}`)
	// Names are looked at when they are resolved, and redirects are not followed.
	for _, address := range []string{"192.0.2.1:80", "[2001:db8::1]:443", "10.1.2.3:80", "[::ffff:10.0.0.1]:80", "[fe80::1%eth0]:80", "0.0.0.0:80", "nonsense"} {
		if err := h.courier.control("tcp", address, nil); err == nil {
			t.Errorf("the courier connects to %s", address)
		}
	}
	for _, address := range []string{"127.0.0.1:80", "127.8.8.8:80", "[::1]:80", "[::ffff:127.0.0.1]:80"} {
		if err := h.courier.control("tcp", address, nil); err != nil {
			t.Errorf("the courier does not connect to %s: %v", address, err)
		}
	}
	wide := newCourier([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	if wide.control("tcp", "10.1.2.3:80", nil) != nil || wide.control("tcp", "[::ffff:10.1.2.3]:80", nil) != nil || wide.control("tcp", "11.1.2.3:80", nil) == nil {
		t.Error("a network of the configuration is not the one that is called")
	}
	target := listen(t, 200)
	redirect := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	t.Cleanup(redirect.Close)
	if tried := decode[entity](t, ask(t, h, "POST", "/account/webhooks/test", `{"url":"`+redirect.URL+`"}`)); tried["success"] != false || tried["status"] != 307.0 {
		t.Errorf("a redirect: %v", tried)
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	if tried := decode[entity](t, ask(t, h, "POST", "/account/webhooks/test", `{"url":"http://`+closed.Addr().String()+`"}`)); tried["success"] != false || tried["error"] != "no answer" {
		t.Errorf("a closed port: %v", tried)
	}
	target.quiet(t, h)
}
