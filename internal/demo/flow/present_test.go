package flow

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/locale"
	"portico/web/templates"
)

var noon = time.Date(2026, 11, 26, 11, 0, 0, 0, time.UTC)

func presenterIn(l locale.Lang) presenter {
	in := locale.For(l)
	return presenter{l: in, at: func(t time.Time) time.Time { return t }, layout: templates.LayoutModel{Lang: string(l), T: func(key string, args ...any) string { return in.T(locale.Key(key), args...) }}}
}

// example is a journey in which everything happens.
func example() *journey {
	j := newJourney()
	at := func(e Exchange) Exchange {
		e.Began = noon.Add(time.Duration(j.last) * time.Second)
		return e
	}
	done := func(n, status int) { j.change(n, func(e *Exchange) { e.Status, e.Took = status, 3*time.Millisecond }) }
	login := j.begin(at(Exchange{From: Browser, To: Portal, Step: StepSignIn, Method: "GET", Address: "/auth/login"}))
	done(login, 303)
	j.change(login, func(e *Exchange) { e.Response = []Field{{"· state", "abcdef… #01"}, {"· nonce", "ghijkl… #02"}} })
	back := j.begin(at(Exchange{From: Browser, To: Portal, Step: StepCode, Method: "GET", Address: "/auth/callback", Request: []Field{{"? state", "abcdef… #01"}}}))
	tokens := j.begin(at(Exchange{From: Portal, To: Identity, Step: StepTokens, Method: "POST", Address: "http://id.localhost/connect/token"}))
	done(tokens, 200)
	j.granted(tokens, grant{access: "access-one", newRefresh: "refresh-one", life: time.Minute, subject: "alice", claims: []Field{{"sub", "alice"}, {"nonce", "ghijkl… #02"}, {"iat", "1795690802"}}})
	done(back, 303)
	for range 2 {
		n := j.begin(at(Exchange{From: Portal, To: Hub, Method: "GET", Address: "http://hub.localhost/sites?displayLevel=VerboseSite", Token: hide("access-one")}))
		j.answered(n, 401, nil)
		done(n, 401)
	}
	refresh := j.begin(at(Exchange{From: Portal, To: Identity, Step: StepRefresh, Method: "POST", Address: "http://id.localhost/connect/token"}))
	done(refresh, 200)
	j.granted(refresh, grant{refresh: true, oldRefresh: "refresh-one", access: "access-two", newRefresh: "refresh-two", life: time.Minute})
	again := j.begin(at(Exchange{From: Portal, To: Hub, Method: "GET", Address: "http://hub.localhost/sites?displayLevel=VerboseSite", Token: hide("access-two"), Size: 10}))
	done(again, 200)
	lost := j.begin(at(Exchange{From: Portal, To: Hub, Method: "GET", Address: "http://hub.localhost/data", Token: hide("access-two")}))
	j.change(lost, func(e *Exchange) { e.Failed, e.Took = true, 11*time.Second })
	return j
}

func TestStepsLightUp(t *testing.T) {
	t.Parallel()
	p := presenterIn(locale.English)
	m := p.page(example().view(), 0, "", noon.Add(20*time.Second))
	for i, want := range []struct {
		seen                     bool
		tone, state, note, proof string
	}{
		{true, "ok", "once, at 12:00:00.000", "", "GET /auth/login → 303"},
		{true, "ok", "not seen by the portal", "1000 ms at the identity server", ""},
		{true, "ok", "once, at 12:00:01.000", "", "GET /auth/callback → 303"},
		{true, "ok", "once, at 12:00:02.000", "", "POST /connect/token → 200"},
		{true, "critical", "once, at 12:00:07.000", "", "GET /data → no answer"},
		{true, "warn", "2 times, last at 12:00:04.000", "", "GET /sites → 401"},
		{true, "ok", "once, at 12:00:05.000", "2 calls waited for it", "POST /connect/token → 200"},
		{true, "ok", "once, at 12:00:06.000", "", "GET /sites → 200"},
	} {
		s := m.Steps[i]
		if s.No != i+1 || s.Seen != want.seen || s.Tone != want.tone || s.State != want.state || s.Note != want.note || s.Evidence != want.proof || s.Newest != (s.No == 5) {
			t.Errorf("step %d: %+v, want %+v", i+1, s, want)
		}
	}
	if m.Token.Text != "45 s left of 60 s" || m.Token.Dash != "75" || m.Token.Access != hide("access-two") {
		t.Errorf("token %+v", m.Token)
	}
	if m.Detail.Title != "Request 8 of 8" || m.Detail.Newer != "" || m.Detail.Older != "/demo/flow?entry=7#request" || m.Lines[0].Took != "11 s" {
		t.Errorf("detail %+v, first line %+v", m.Detail, m.Lines[0])
	}
	for _, s := range p.page(newJourney().view(), 0, "", noon).Steps {
		if s.Seen || s.State != "not yet" || s.Href != "" {
			t.Errorf("before anything happened: %+v", s)
		}
	}
}

func TestFactsOfAnExchange(t *testing.T) {
	t.Parallel()
	p := presenterIn(locale.English)
	v := example().view()
	for entry, want := range map[int][]Field{
		2: {{"State", "the one of request 1"}},
		3: {{"Nonce", "the one of request 1"}, {"New access token", hide("access-one")}, {"Refresh token", hide("refresh-one")}},
		6: {{"Refresh token", hide("refresh-one") + " → " + hide("refresh-two")}, {"Waiting", "2 calls waited for it"}, {"Step", "7 · Refresh"}},
		7: {{"Again", "repeats request 4"}, {"Access token", hide("access-two")}, {"Size", "10 bytes"}, {"Took", "3 ms"}},
	} {
		facts := p.page(v, entry, "", noon).Detail.Facts
		for _, f := range want {
			if valueOf(facts, f.Name) != f.Value {
				t.Errorf("request %d: %s is %q, want %q", entry, f.Name, valueOf(facts, f.Name), f.Value)
			}
		}
	}
	if got := valueOf(p.page(v, 1, "", noon).Claims, "iat"); got != "1795690802 · 12:00:02" {
		t.Errorf("iat %q", got)
	}
}

// When the refresh token was refused there is no token to count down, until the next sign-in brings one.
func TestTokenIsGoneAfterARefusal(t *testing.T) {
	t.Parallel()
	p, j := presenterIn(locale.English), example()
	refused := j.begin(Exchange{From: Portal, To: Identity, Step: StepRefresh, Method: "POST", Address: "/connect/token", Began: noon})
	j.granted(refused, grant{refresh: true, err: "invalid_grant"})
	if m := p.page(j.view(), 0, "", noon); m.Token != nil || m.Lost == "" || !strings.Contains(m.NoToken, "refused") {
		t.Errorf("token %+v, %q", m.Token, m.NoToken)
	}
	tokens := j.begin(Exchange{From: Portal, To: Identity, Step: StepTokens, Method: "POST", Address: "/connect/token", Began: noon})
	j.granted(tokens, grant{access: "access-three", newRefresh: "refresh-three", life: time.Minute})
	if m := p.page(j.view(), 0, "", noon); m.Token == nil || m.Lost != "" || m.NoToken != "" {
		t.Errorf("token %+v, %q", m.Token, m.NoToken)
	}
}

// What is out of order on purpose, and what must be done, stands above the picture.
func TestNotes(t *testing.T) {
	t.Parallel()
	j := example()
	j.suffer(Slow, noon.Add(time.Minute))
	p := presenterIn(locale.English)
	p.away = noon.Add(30 * time.Second)
	m := p.page(j.view(), 0, heldBack, noon.Add(10*time.Second))
	if len(m.Notes) != 3 || m.Lost != "" || !strings.Contains(m.Notes[1], "12:00:30.000") || !strings.Contains(m.Notes[2], "12:01:00.000") {
		t.Errorf("notes %q, %q", m.Notes, m.Lost)
	}
	if m := p.page(j.view(), 0, startAgain, noon.Add(2*time.Minute)); len(m.Notes) != 0 || m.Lost == "" {
		t.Errorf("notes %q, %q", m.Notes, m.Lost)
	}
}

func TestPageInFourLanguages(t *testing.T) {
	t.Parallel()
	raw := regexp.MustCompile(`>\s*flow\.[a-z0-9-]+\s*<|%![a-z]|\{[0-9]\}`)
	title := map[locale.Lang]string{locale.English: "How sign-in works", locale.French: "Comment fonctionne la connexion", locale.Dutch: "Hoe aanmelden werkt", locale.German: "So funktioniert die Anmeldung"}
	for l, want := range title {
		for name, j := range map[string]*journey{"full": example(), "empty": newJourney()} {
			var b strings.Builder
			if err := page(presenterIn(l).page(j.view(), 0, heldBack, noon)).Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			if found := raw.FindString(b.String()); found != "" || !strings.Contains(b.String(), want) || strings.Contains(b.String(), " style=") {
				t.Errorf("%s, %s: %q", l, name, found)
			}
		}
	}
}
