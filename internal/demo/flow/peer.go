package flow

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What is read along of a body, in bytes.
const (
	readForm   = 16 << 10
	readAnswer = 32 << 10 // of the identity server: a token answer is small
	readData   = 600      // of the Data Hub: the beginning is enough
)

// Peer records what the portal sends to the identity server or the Data Hub for a browser, without holding anything up.
func (f *Flow) Peer(name string, next http.RoundTripper) http.RoundTripper {
	to := Identity
	if name == "data hub" {
		to = Hub
	}
	return &peer{to: to, next: next}
}

type peer struct {
	to   Lane
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p *peer) RoundTrip(r *http.Request) (*http.Response, error) {
	c := causeOf(r.Context())
	j := c.journey
	if j == nil || c.lasting && p.to == Hub { // what is asked for a stream would fill the page; a refresh that it causes is everybody's
		return p.next.RoundTrip(r)
	}
	t := &talk{journey: j, to: p.to}
	e := t.asked(r)
	if p.to == Identity && r.Method == http.MethodPost && r.Body != nil {
		r = r.Clone(r.Context())
		t.sent, r.Body = form(r.Body)
		e.Step = stepOf(t.sent)
		e.Request = append(e.Request, parameters("", t.sent)...)
	}
	t.n = j.begin(e)
	resp, err := p.next.RoundTrip(r)
	if err != nil {
		j.change(t.n, func(e *Exchange) { e.Failed, e.Took = true, max(time.Since(e.Began), 1) })
		return nil, err
	}
	j.answered(t.n, resp.StatusCode, headers(resp.Header))
	most := readData
	if p.to == Identity {
		most = readAnswer
	}
	resp.Body = &along{most: most, ReadCloser: resp.Body, done: t.ended}
	return resp, nil
}

// form reads the form that is about to be sent, and returns a body that is as it was.
func form(body io.ReadCloser) (url.Values, io.ReadCloser) {
	text, _ := io.ReadAll(io.LimitReader(body, readForm)) // an error comes again from the rest
	values, _ := url.ParseQuery(string(text))
	return values, struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(text), body), body}
}

func stepOf(form url.Values) Step {
	switch form.Get("grant_type") {
	case "authorization_code", "password":
		return StepTokens
	case "refresh_token":
		return StepRefresh
	}
	return 0
}

// talk is one request of the portal's and its answer.
type talk struct {
	journey *journey
	to      Lane
	n       int
	sent    url.Values // form for the identity server
}

func (t *talk) asked(r *http.Request) Exchange {
	e := Exchange{From: Portal, To: t.to, Method: r.Method, Address: bare(r.URL), Began: time.Now(), Size: -1, Request: headers(r.Header)}
	if t.to == Hub {
		e.Address = clip(r.URL.Scheme + "://" + r.URL.Host + r.URL.RequestURI()) // its queries ask for data
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			e.Token = hide(bearer)
		}
	}
	return e
}

// ended looks at the answer's body when the portal has read it.
func (t *talk) ended(body []byte, size int64) {
	t.journey.change(t.n, func(e *Exchange) {
		e.Took, e.Size = max(time.Since(e.Began), 1), size
		if t.to == Hub {
			e.Body = strings.ToValidUTF8(string(body), "")
		} else if t.sent != nil || strings.HasSuffix(e.Address, "/userinfo") {
			e.Response = append(e.Response, members(body)...)
		}
	})
	if t.sent.Has("grant_type") {
		t.journey.granted(t.n, readGrant(t.sent, body))
	}
}

// grant is a token answer, read for what it changes. It holds secrets and is not kept.
type grant struct {
	refresh    bool // asked for with a refresh token
	oldRefresh string
	access     string
	newRefresh string
	life       time.Duration
	err        string
	subject    string
	claims     []Field
}

func readGrant(sent url.Values, body []byte) grant {
	var answer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		ID      string `json:"id_token"`
		Life    int64  `json:"expires_in"`
		Error   string `json:"error"`
	}
	g := grant{refresh: sent.Get("grant_type") == "refresh_token", oldRefresh: sent.Get("refresh_token")}
	if json.Unmarshal(body, &answer) != nil {
		g.err = "?"
		return g
	}
	g.access, g.newRefresh, g.life, g.err = answer.Access, answer.Refresh, time.Duration(answer.Life)*time.Second, clip(answer.Error)
	g.claims = claims(answer.ID)
	g.subject = subjectOf(answer.ID)
	return g
}

// along passes a body on and keeps its beginning.
type along struct {
	io.ReadCloser
	most int
	done func(beginning []byte, size int64) // called once, at the end

	mu   sync.Mutex
	kept bytes.Buffer
	size int64
	over bool
}

// Read implements io.Reader.
func (a *along) Read(b []byte) (int, error) {
	n, err := a.ReadCloser.Read(b)
	a.mu.Lock()
	a.size += int64(n)
	a.kept.Write(b[:min(n, max(0, a.most-a.kept.Len()))])
	a.mu.Unlock()
	if err != nil {
		a.end()
	}
	return n, err
}

// Close implements io.Closer.
func (a *along) Close() error {
	a.end()
	return a.ReadCloser.Close()
}

func (a *along) end() {
	a.mu.Lock()
	over, beginning, size := a.over, bytes.Clone(a.kept.Bytes()), a.size
	a.over = true
	a.mu.Unlock()
	if !over {
		a.done(beginning, size)
	}
}
