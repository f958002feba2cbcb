package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/session"
)

// inFrame is the header of a frame in a page of another site: the browser sends no cookie along.
var inFrame = []string{"Cookie", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}

func frontChannel(iss, sid string) string {
	return frontChannelPath + "?" + url.Values{"iss": {iss}, "sid": {sid}}.Encode()
}

// The rows of the conformance suite's plans for front-channel logout.
func TestConformanceFrontChannelLogout(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	for row, rpInitiated := range map[string]bool{"oidcc-client-test-rp-frontchannel-rpinitlogout": true, "oidcc-client-test-rp-frontchannel-opinitlogout": false} {
		t.Run(row, func(t *testing.T) {
			b := newBenchAt(t, "https://portal.example", p.issuer, away{})
			mine, foreign := b.start(aliceOf(oddSID), session.About{}), b.start(aliceOf("s-2"), session.About{})
			state, cookies := "", ""
			if rpInitiated {
				out := b.ask("POST", "/auth/logout", "", with(mine)...)
				end, _ := url.Parse(out.Header.Get("Location"))
				state, cookies = end.Query().Get("state"), cookieLine(out)
			}
			a := b.get(frontChannel(p.issuer, oddSID), inFrame...)
			a.want(t, "the frame", http.StatusOK)
			origin, _ := url.Parse(p.issuer)
			csp := a.Header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "frame-ancestors http://"+origin.Host+";") || !strings.Contains(csp, "default-src 'none'") || a.Header.Get("X-Frame-Options") != "" || a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("the frame is answered with %v", a.Header)
			}
			b.get("/sites", with(mine)...).want(t, "the session that is named", http.StatusSeeOther)
			b.get("/sites", with(foreign)...).want(t, "another session", http.StatusOK)
			if rpInitiated {
				b.get("/auth/signed-out?state="+state, "Cookie", cookies).want(t, "back at the portal", http.StatusOK, "The sign-in service has signed you out as well.")
			}
			if log := b.log.String(); !strings.Contains(log, `"event":"sign-out","reason":"front-channel"`) || strings.Contains(log, oddSID) {
				t.Errorf("the log lacks the audit line, or holds the sid:\n%s", log)
			}
		})
	}
}

func TestFrontChannelLogoutRefuses(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	cookie := b.start(aliceOf("s-1"), session.About{})
	good := frontChannel(p.issuer, "s-1")
	for name, query := range map[string]string{
		"nothing": "", "no sid": "?iss=" + url.QueryEscape(p.issuer), "no iss": "?sid=s-1", "empty sid": "?sid=&iss=" + url.QueryEscape(p.issuer), "sid twice": strings.TrimPrefix(good, frontChannelPath) + "&sid=s-1",
		"iss twice": strings.TrimPrefix(good, frontChannelPath) + "&iss=" + url.QueryEscape(p.issuer), "another issuer": "?sid=s-1&iss=https%3A%2F%2Fevil.example", "issuer without its slash": "?sid=s-1&iss=" + url.QueryEscape(strings.TrimSuffix(p.issuer, "/")),
		"long sid": "?iss=" + url.QueryEscape(p.issuer) + "&sid=" + strings.Repeat("a", maxSID+1),
	} {
		a := b.get(frontChannelPath+query, inFrame...)
		a.want(t, name, http.StatusBadRequest)
		if a.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: a refusal may be framed", name)
		}
	}
	for name, header := range map[string][]string{
		"image": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, "script": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "script"},
		"fetch": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, "link": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"},
	} {
		b.get(good, header...).want(t, name, http.StatusForbidden)
	}
	b.ask("POST", good, "x=1", inFrame...).want(t, "POST", http.StatusForbidden)
	b.ask("POST", good, "x=1", "Cookie", "").want(t, "POST by a program", http.StatusMethodNotAllowed)
	b.ask("HEAD", good, "", inFrame...).want(t, "HEAD", http.StatusOK)
	b.get("/sites", with(cookie)...).want(t, "the session", http.StatusOK)
	b.get(good, "Cookie", "").want(t, "a browser without Fetch Metadata", http.StatusOK)
	b.get("/sites", with(cookie)...).want(t, "the session, at last", http.StatusSeeOther)
}

// Who guesses session ids gets few tries, and cannot keep those who know one from signing out.
func TestFrontChannelGuesses(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	cookie := b.start(aliceOf("s-1"), session.About{})
	statuses := map[int]int{}
	for i := range 100 {
		statuses[b.get(frontChannel(p.issuer, fmt.Sprint("guess-", i)), inFrame...).StatusCode]++
	}
	if statuses[http.StatusOK] > 61 || statuses[http.StatusTooManyRequests] < 39 || len(statuses) != 2 {
		t.Errorf("a hundred guesses are answered %v", statuses)
	}
	b.get(frontChannel(p.issuer, "s-1"), inFrame...).want(t, "from the same address, with a true one", http.StatusOK)
	b.get("/sites", with(cookie)...).want(t, "the session", http.StatusSeeOther)
}

// A sign-in that is just finishing when the identity server signs out does not finish.
func TestFrontChannelLogoutStopsASignIn(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	began := time.Now()
	b.get(frontChannel(p.issuer, "s-1"), inFrame...).want(t, "frame", http.StatusOK)
	_, err := b.cookies.Start(t.Context(), httptest.NewRecorder(), session.NewHandle(), session.Identity{Issuer: p.issuer, Subject: "alice", SID: "s-1"}, session.StartOptions{LoginStarted: began})
	if e, ok := err.(*session.EndedError); !ok || e.Reason != session.ReasonFrontChannel {
		t.Errorf("Start = %v, want *EndedError: front-channel", err)
	}
}

func TestFrontChannelLogoutWithoutTheProvider(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	a := b.get(frontChannel("http://127.0.0.1:9", "s-1"), inFrame...)
	a.want(t, "metadata never seen", http.StatusServiceUnavailable)
	b.get("/sites").want(t, "who is signed in", http.StatusOK)
}
