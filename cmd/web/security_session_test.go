package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // what somebody with the file would open it with

	"portico/internal/testserver"
)

// open opens the portal's database behind its back.
func (s *siege) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.database+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run1(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// recordID is the id under which a store knows a cookie's session.
func recordID(t *testing.T, cookie string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(cookie, "1."))
	if err != nil || len(b) != 64 {
		t.Fatalf("cookie %q holds %d bytes, %v", cookie, len(b), err)
	}
	sum := sha256.Sum256(b[:32])
	return sum[:]
}

func TestS27SessionIDsAreLongAndRandom(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	seen := map[string]bool{}
	for range 12 {
		cookie := s.alice(t, 0).Cookies()[sessionCookie]
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(cookie, "1."))
		if err != nil || len(b) != 64 {
			t.Fatalf("cookie of %d bytes, %v", len(b), err)
		}
		for _, part := range []string{string(b[:32]), string(b[32:]), string(b[:4]), string(b[28:32])} {
			if seen[part] {
				t.Error("two sessions share a part of their ids")
			}
			seen[part] = true
		}
	}
	for _, pkg := range []string{"session", "secret", "server"} { // math/rand has no place where ids and keys are made
		files, _ := filepath.Glob(filepath.Join("..", "..", "internal", pkg, "*.go"))
		for _, file := range files {
			if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), `"math/rand`) {
				t.Errorf("%s imports math/rand (%v)", file, err)
			}
		}
	}
}

// Ids that a client made up, that were never given out, or whose session is over, at two processes: the server makes its own, and the old one stays dead after the sign-in.
func TestS28UnknownIDsAreNeverAdopted(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	over := s.alice(t, 0)
	dead := over.Cookies()[sessionCookie]
	over.post("/auth/logout", nil).want(t, http.StatusSeeOther)
	for name, value := range map[string]string{"made up": "1." + strings.Repeat("A", 86), "malformed": "attacker", "empty": "", "the id of a session that is over": dead, "of another version": "2" + dead[1:], "an id of a record": hex.EncodeToString(recordID(t, dead))} {
		for at := range s.ports {
			p := s.visitor(t, at)
			p.setCookies(map[string]string{sessionCookie: value})
			p.get("/sites").want(t, http.StatusSeeOther)
			p.setCookies(map[string]string{sessionCookie: value})
			a, _ := p.open("/sites")
			a.want(t, http.StatusOK, "Alice Peeters")
			if own := p.Cookies()[sessionCookie]; own == value || len(own) != 88 {
				t.Errorf("%s: signed in under %q", name, own)
			}
			for other := range s.ports {
				attacker := s.visitor(t, other)
				attacker.setCookies(map[string]string{sessionCookie: value})
				attacker.get("/sites").want(t, http.StatusSeeOther)
			}
		}
	}
}

// Fixation: the attacker's own session, put into the victim's browser, and the victim's own session at a second sign-in.
func TestS29SignInRenewsTheSessionEverywhere(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	s.op.set(func() { s.op.person["sub"], s.op.person["name"] = "mallory", "Mallory" })
	attacker := s.visitor(t, 0)
	attacker.open("/sites")
	fixed := attacker.Cookies()[sessionCookie]
	s.op.set(func() { s.op.person["sub"], s.op.person["name"] = "alice", "Alice Peeters" })
	victim := s.visitor(t, 1)
	victim.setCookies(map[string]string{sessionCookie: fixed})
	victim.get(victim.toCallback("/sites/204481?tab=meters")).want(t, http.StatusSeeOther)
	first := victim.Cookies()[sessionCookie]
	victim.get(victim.toCallback("/sites")).want(t, http.StatusSeeOther)
	second := victim.Cookies()[sessionCookie]
	if first == fixed || second == first {
		t.Error("a sign-in kept an id")
	}
	for at := range s.ports {
		for name, old := range map[string]string{"the attacker's": fixed, "the first": first} {
			p := s.visitor(t, at)
			p.setCookies(map[string]string{sessionCookie: old})
			if a := p.get("/sites"); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s session is alive at process %d: %d", name, at, a.StatusCode)
			}
		}
		s.moveTo(victim, at).get("/sites").want(t, http.StatusOK, "Alice Peeters")
	}
	var sessions, tokens int
	if err := s.open(t).QueryRow("SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM tokens)").Scan(&sessions, &tokens); err != nil || sessions != 1 || tokens != 1 {
		t.Errorf("%d sessions and %d token records are kept, %v; want one each", sessions, tokens, err)
	}
}

func TestS30CopyOfTheStoreOpensNothing(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	cookie := p.Cookies()[sessionCookie]
	raw, _ := base64.RawURLEncoding.DecodeString(cookie[2:])
	planted := map[string]string{"cookie": cookie, "id": string(raw[:32]), "secret": string(raw[32:])}
	s.op.set(func() {
		for what, value := range s.op.planted {
			planted[what] = value
		}
	})
	for file, content := range s.files(t) {
		for what, value := range planted {
			if strings.Contains(content, value) {
				t.Errorf("%s holds the %s", file, what)
			}
		}
	}
	rows, err := s.open(t).Query("SELECT id FROM sessions")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{hex.EncodeToString(id), "1." + base64.RawURLEncoding.EncodeToString(append(id, id...)), "1." + base64.RawURLEncoding.EncodeToString(append(id, make([]byte, 32)...))} {
			thief := s.visitor(t, 0)
			thief.setCookies(map[string]string{sessionCookie: value})
			thief.get("/sites").want(t, http.StatusSeeOther)
		}
	}
}

// files are the database's, with what SQLite keeps beside it.
func (s *siege) files(t *testing.T) map[string]string {
	t.Helper()
	list, err := filepath.Glob(s.database + "*")
	if err != nil || len(list) == 0 {
		t.Fatalf("no database at %s: %v", s.database, err)
	}
	contents := map[string]string{}
	for _, file := range list {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		contents[file] = string(b)
	}
	return contents
}

// Somebody who writes to the database moves, cuts, swaps and replays what stands there. Nobody becomes somebody else, and nothing breaks.
func TestS31WritingToTheStoreMakesNoSession(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	alice := s.alice(t, 0)
	s.op.set(func() {
		s.op.person["sub"], s.op.person["name"], s.op.person["sid"] = "mallory", "Mallory", "sid-mallory"
	})
	mallory := s.visitor(t, 0)
	mallory.open("/sites")
	own := mallory.Cookies()[sessionCookie]
	a, m := recordID(t, alice.Cookies()[sessionCookie]), recordID(t, own)
	db := s.open(t)
	run1(t, db, "CREATE TABLE kept AS SELECT * FROM sessions")
	run1(t, db, "CREATE TABLE kept_tokens AS SELECT * FROM tokens")
	for name, change := range map[string]string{
		"alice's ciphertext in mallory's row":    "UPDATE sessions SET sealed = (SELECT sealed FROM kept WHERE id = x'" + hex.EncodeToString(a) + "') WHERE id = x'" + hex.EncodeToString(m) + "'",
		"alice's whole row under mallory's id":   "UPDATE sessions SET (version, issuer, subject, sid, created, last_seen, until, seen_tag, sealed, about) = (SELECT version, issuer, subject, sid, created, last_seen, until, seen_tag, sealed, about FROM kept WHERE id = x'" + hex.EncodeToString(a) + "') WHERE id = x'" + hex.EncodeToString(m) + "'",
		"alice's subject":                        "UPDATE sessions SET subject = 'alice' WHERE id = x'" + hex.EncodeToString(m) + "'",
		"another issuer":                         "UPDATE sessions SET issuer = 'https://evil.example' WHERE id = x'" + hex.EncodeToString(m) + "'",
		"another version":                        "UPDATE sessions SET version = version + 1 WHERE id = x'" + hex.EncodeToString(m) + "'",
		"activity that never was":                "UPDATE sessions SET last_seen = last_seen + 3600 WHERE id = x'" + hex.EncodeToString(m) + "'",
		"a cut ciphertext":                       "UPDATE sessions SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE id = x'" + hex.EncodeToString(m) + "'",
		"an empty one":                           "UPDATE sessions SET sealed = x'' WHERE id = x'" + hex.EncodeToString(m) + "'",
		"a huge one":                             "UPDATE sessions SET sealed = zeroblob(5000000) WHERE id = x'" + hex.EncodeToString(m) + "'",
		"a changed byte":                         "UPDATE sessions SET sealed = CAST(substr(sealed, 1, 60) || x'00' || substr(sealed, 62) AS BLOB) WHERE id = x'" + hex.EncodeToString(m) + "'",
		"tokens in the place of a session":       "UPDATE sessions SET sealed = (SELECT sealed FROM kept_tokens WHERE id = x'" + hex.EncodeToString(m) + "') WHERE id = x'" + hex.EncodeToString(m) + "'",
		"no tag":                                 "UPDATE sessions SET seen_tag = x'' WHERE id = x'" + hex.EncodeToString(m) + "'",
		"alice's tokens for mallory":             "UPDATE tokens SET sealed = (SELECT sealed FROM kept_tokens WHERE id = x'" + hex.EncodeToString(a) + "') WHERE id = x'" + hex.EncodeToString(m) + "'",
		"tokens cut":                             "UPDATE tokens SET sealed = substr(sealed, 1, 40) WHERE id = x'" + hex.EncodeToString(m) + "'",
		"a session in the place of tokens":       "UPDATE tokens SET sealed = (SELECT sealed FROM kept WHERE id = x'" + hex.EncodeToString(m) + "') WHERE id = x'" + hex.EncodeToString(m) + "'",
		"a row of somebody's own making":         "INSERT OR REPLACE INTO sessions (id, version, issuer, subject, sid, created, last_seen, until, seen_tag, sealed) SELECT x'" + hex.EncodeToString(m) + "', 1, issuer, 'alice', sid, created, last_seen, until + 100000, seen_tag, zeroblob(200) FROM kept LIMIT 1",
		"a limit beyond the one that was sealed": "UPDATE sessions SET until = until + 10000000 WHERE id = x'" + hex.EncodeToString(m) + "'",
	} {
		run1(t, db, change)
		got := mallory.get("/sites")
		switch {
		case name == "a limit beyond the one that was sealed":
			got.want(t, http.StatusOK, "Mallory") // the column only says when to sweep
		case got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/auth/login"):
			t.Errorf("%s: %d, alice's page: %t", name, got.StatusCode, strings.Contains(got.Body, "Alice Peeters"))
		}
		for table, kept := range map[string]string{"sessions": "kept", "tokens": "kept_tokens"} {
			run1(t, db, "DELETE FROM "+table)
			run1(t, db, "INSERT INTO "+table+" SELECT * FROM "+kept)
		}
		mallory.setCookies(map[string]string{sessionCookie: own})
		alice.get("/sites").want(t, http.StatusOK, "Alice Peeters")
	}
}

// What is sealed for one thing is nothing else: cookies of a sign-in, of the settings, of a sign-out and of a session in each other's place.
func TestS32NoCookiePassesForAnother(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	callback := p.toCallback("/sites")
	values := map[string]string{}
	for name, value := range p.Cookies() {
		values[name] = value
	}
	p.get(callback).want(t, http.StatusSeeOther)
	p.post("/settings", url.Values{"theme": {"dark"}})
	for name, value := range p.Cookies() {
		values[name] = value
	}
	out := s.moveTo(p, 0)
	out.post("/auth/logout", nil)
	for name, value := range p.Cookies() {
		values[name] = value
	}
	if len(values) < 5 {
		t.Fatalf("few cookies: %v", values)
	}
	live := s.alice(t, 0).Cookies()[sessionCookie]
	values["a live session"] = live
	for from, value := range values {
		for to := range values {
			if from == "a live session" && to == sessionCookie || to == "a live session" {
				continue
			}
			thief := s.visitor(t, 0)
			thief.setCookies(map[string]string{to: value})
			if a := thief.get("/sites"); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s as %s: /sites gives %d", from, to, a.StatusCode)
			}
			if a := thief.get(callback); a.StatusCode != http.StatusBadRequest {
				t.Errorf("%s as %s: the callback gives %d", from, to, a.StatusCode)
			}
			if a := thief.get("/auth/signed-out?state=" + url.QueryEscape(value)); a.StatusCode >= 500 {
				t.Errorf("%s as %s: signed-out gives %d", from, to, a.StatusCode)
			}
		}
	}
}

// A record that a newer version of the program wrote is no session here, and it is still there when the newer version comes back.
func TestS33NewerRecordsAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	cookie := p.Cookies()[sessionCookie]
	db := s.open(t)
	run1(t, db, "UPDATE sessions SET sealed = CAST(x'02' || substr(sealed, 2) AS BLOB)")
	p.get("/sites").want(t, http.StatusSeeOther)
	p.get("/auth/session").want(t, http.StatusOK)
	var n int
	if err := db.QueryRow("SELECT count(*) FROM sessions").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d records are left, %v", n, err)
	}
	run1(t, db, "UPDATE sessions SET sealed = CAST(x'01' || substr(sealed, 2) AS BLOB)")
	p.setCookies(map[string]string{sessionCookie: cookie})
	p.get("/sites").want(t, http.StatusOK)
}

// Rows that a pooled connection, or a store, mixed up: each browser asks and gets the other's row.
func TestS35MixedUpAnswersAreDiscardedAndTold(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	alice := s.alice(t, 0)
	s.op.set(func() { s.op.person["sub"], s.op.person["name"] = "bob", "Bob" })
	bob := s.visitor(t, 0)
	bob.open("/sites")
	a, b := recordID(t, alice.Cookies()[sessionCookie]), recordID(t, bob.Cookies()[sessionCookie])
	db := s.open(t)
	for _, table := range []string{"sessions", "tokens"} {
		run1(t, db, "UPDATE "+table+" SET id = x'00' WHERE id = ?", a)
		run1(t, db, "UPDATE "+table+" SET id = ? WHERE id = ?", a, b)
		run1(t, db, "UPDATE "+table+" SET id = ? WHERE id = x'00'", b)
	}
	alice.get("/sites").want(t, http.StatusSeeOther)
	bob.get("/sites").want(t, http.StatusSeeOther)
	eventually(t, "the log tells of it", func() bool { return strings.Contains(s.log(), "session record refused") })
}

// Every cookie of a whole visit on https: sign-in, pages, settings, a session that is lost, sign-out.
func TestS40EveryCookieIsKeptToItself(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1, "PORTICO_STAY_SIGNED_IN=720h")
	seen := map[string]bool{}
	look := func(p *person, answers ...answer) {
		for _, a := range answers {
			for _, line := range a.Header.Values("Set-Cookie") {
				name, _, _ := strings.Cut(line, "=")
				seen[strings.TrimRight(strings.SplitAfter(name, "login-")[0], "-")] = true
				attributes := strings.Split(line, "; ")[1:]
				want := map[string]bool{"Path=/": true, "HttpOnly": true, "Secure": true, "SameSite=Lax": true}
				for _, at := range attributes {
					if !want[at] && !strings.HasPrefix(at, "Max-Age=") && !strings.HasPrefix(at, "Expires=") {
						t.Errorf("%s %s sets %s with %s", a.Request.Method, a.Request.URL.Path, name, at)
					}
					delete(want, at)
				}
				if !strings.HasPrefix(name, "__Host-") || len(want) > 0 || len(line) > 4096 {
					t.Errorf("%s %s sets %s of %d bytes without %v", a.Request.Method, a.Request.URL.Path, name, len(line), want)
				}
				if a.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s sets a cookie and may be cached: %q", a.Request.Method, a.Request.URL.Path, a.Header.Get("Cache-Control"))
				}
			}
		}
	}
	p := s.visitor(t, 0)
	begin := p.get("/auth/login?stay=1&return_to=" + url.QueryEscape("/sites?q="+strings.Repeat("%26", 600)))
	look(p, begin)
	a := p.get(begin.Header.Get("Location"))
	look(p, p.get(a.Header.Get("Location")), p.get("/sites"), p.post("/settings", url.Values{"theme": {"dark"}, "lang": {"fr"}}))
	lost := s.visitor(t, 0)
	lost.setCookies(map[string]string{sessionCookie: "1." + strings.Repeat("A", 86)})
	look(lost, lost.get("/sites"))
	out := p.post("/auth/logout", nil)
	back, _ := p.open(out.Header.Get("Location"))
	look(p, out, back)
	for _, name := range []string{"__Host-portico", "__Host-portico-login", "__Host-portico-recent", "__Host-portico-prefs", "__Host-portico-lost", "__Host-portico-logout"} {
		if !seen[name] {
			t.Errorf("the visit set no %s; seen %v", name, seen)
		}
	}
}

func TestS41StrangeCookiesAreNoSession(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	good := sessionCookie + "=" + p.Cookies()[sessionCookie]
	other := sessionCookie + "=" + s.alice(t, 0).Cookies()[sessionCookie]
	for name, c := range map[string]struct {
		line string
		in   bool
	}{
		"good": {good, true}, "twice the same": {good + "; " + good, true}, "beside others": {"a=b; " + good + "; c=d", true},
		"two sessions": {good + "; " + other, false}, "two, the other order": {other + "; " + good, false}, "a malformed second": {good + "; " + sessionCookie + `="bad`, false}, "an empty second": {good + "; " + sessionCookie + "=", false},
		"a second without a value": {good + "; " + sessionCookie, false}, "a malformed first": {sessionCookie + `="\x01; ` + good, false}, "in quotes": {sessionCookie + `="` + p.Cookies()[sessionCookie] + `"`, false},
		"a comma": {good + "," + other, false}, "blanks inside": {strings.Replace(good, "=", "= ", 1), false}, "percent": {good + "%00", false}, "in capitals": {strings.ToUpper(sessionCookie) + "=" + p.Cookies()[sessionCookie], false},
		"another prefix": {"portico=" + p.Cookies()[sessionCookie], false}, "a Unicode blank before": {"\u2000" + good, false}, "an attribute": {"$Version=1; " + good + `; $Path="/"`, true}, "eight kilobytes": {sessionCookie + "=" + strings.Repeat("x", 8000), false},
		"only separators": {";;;==;;", false},
	} {
		bare := s.visitor(t, 0)
		a := bare.ask(http.MethodGet, "/sites", "", "Cookie", c.line)
		want := http.StatusSeeOther
		if c.in {
			want = http.StatusOK
		}
		if a.StatusCode != want {
			t.Errorf("%s: %d, want %d", name, a.StatusCode, want)
		}
	}
}

// The cookie of a dead session goes, as it came; that of a session which cannot be read because the store is down stays.
func TestS42DeadCookiesAreClearedAsTheyWereSet(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	if out, err := s.command(t, "sessions", "end", "--everyone"); err != nil {
		t.Fatalf("end: %v\n%s", err, out)
	}
	if a := p.ask(http.MethodGet, "/sites", "", "Accept", "application/json", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusUnauthorized || len(a.Cookies()) > 0 {
		t.Errorf("a script: %d, cookies %v", a.StatusCode, a.Cookies())
	}
	a := p.get("/sites")
	cleared := ""
	for _, line := range a.Header.Values("Set-Cookie") {
		if strings.HasPrefix(line, sessionCookie+"=") {
			cleared = line
		}
	}
	if a.StatusCode != http.StatusSeeOther || cleared != sessionCookie+"=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax" {
		t.Errorf("%d, %q", a.StatusCode, cleared)
	}
	if _, there := p.Cookies()[sessionCookie]; there {
		t.Error("the browser keeps it")
	}
	if q := location(t, p.get(a.Header.Get("Location"))).Query(); q.Get("prompt") != "login" {
		t.Errorf("after an operator ended the session the prompt is %q", q.Get("prompt"))
	}
	over := s.visitor(t, 0)
	over.setCookies(map[string]string{sessionCookie: "1." + strings.Repeat("A", 86)})
	if q := location(t, over.get(over.get("/sites").Header.Get("Location"))).Query(); q.Get("prompt") != "none" {
		t.Errorf("after a session that is gone the prompt is %q", q.Get("prompt"))
	}
	out := s.alice(t, 0)
	found := false
	for _, line := range out.post("/auth/logout", nil).Header.Values("Set-Cookie") {
		found = found || line == sessionCookie+"=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	}
	if !found {
		t.Error("signing out does not clear the cookie")
	}
	live := s.alice(t, 0)
	db := s.open(t)
	run1(t, db, "ALTER TABLE sessions RENAME TO elsewhere")
	down := live.get("/sites")
	run1(t, db, "ALTER TABLE elsewhere RENAME TO sessions")
	if down.StatusCode != http.StatusServiceUnavailable || len(down.Cookies()) > 0 || down.Header.Get("Location") != "" {
		t.Errorf("the store is down: %d to %q, cookies %v", down.StatusCode, down.Header.Get("Location"), down.Cookies())
	}
	live.get("/sites").want(t, http.StatusOK)
}

func TestS44WeakKeysKeepThePortalFromStarting(t *testing.T) {
	t.Parallel()
	s := besiege(t, 0)
	good, err := newCommand("keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	key := strings.Fields(strings.TrimSpace(string(good[strings.LastIndexByte(strings.TrimSpace(string(good)), '\n')+1:])))
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty": "", "only a comment": "# nothing\n", "short": "a " + base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef")) + "\n", "one byte again and again": "a " + strings.Repeat("A", 43) + "\n",
		"a sample": "a " + base64.RawURLEncoding.EncodeToString([]byte("change-me-change-me-change-me-32")) + "\n", "twice by secret": "a " + key[1] + "\nb " + key[1] + "\n", "twice by id": "a " + key[1] + "\na " + key[1] + "\n", "no base64": "a !!!\n", "a line too long": "a b c d e\n",
	} {
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := s.command(t, "serve", "--keys="+file, "--listen=127.0.0.1:0")
		if err == nil || !strings.Contains(out, "key") || strings.Contains(out, key[1]) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	if out, err := s.command(t, "serve", "--keys="+filepath.Join(dir, "missing"), "--listen=127.0.0.1:0"); err == nil || !strings.Contains(out, "web keys new") {
		t.Errorf("a missing file: %v\n%s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "missing*")); len(left) > 0 {
		t.Errorf("a key was invented: %v", left)
	}
}

// The emergency switch: everything that was given out before it is worth nothing, a backup that is put back included, once the old key is gone.
func TestS46EverythingIssuedBeforeIsInvalid(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p, pending := s.alice(t, 0), s.visitor(t, 0)
	cookie := p.Cookies()[sessionCookie]
	callback := pending.toCallback("/sites")
	db := s.open(t)
	run1(t, db, "CREATE TABLE backup AS SELECT * FROM sessions")
	run1(t, db, "CREATE TABLE backup_tokens AS SELECT * FROM tokens")
	if out, err := s.command(t, "sessions", "end", "--everyone"); err != nil || !strings.Contains(out, "1 sessions ended") {
		t.Fatalf("end: %v\n%s", err, out)
	}
	p.get("/sites").want(t, http.StatusSeeOther)
	if a := pending.get(callback); a.StatusCode != http.StatusForbidden || pending.Cookies()[sessionCookie] != "" {
		t.Errorf("a sign-in that began before: %d", a.StatusCode)
	}
	first, _ := s.keysOf(t)
	for _, step := range [][]string{{"keys", "rotate", "--at-once"}, {"keys", "retire", first[0], "--force"}} {
		if out, err := s.command(t, step...); err != nil {
			t.Fatalf("%v: %v\n%s", step, err, out)
		}
	}
	port := testserver.FreePort(t)
	s.programs = append(s.programs, s.serveAt(t, port))
	s.ports = append(s.ports, port)
	run1(t, db, "DELETE FROM tombstones")
	run1(t, db, "INSERT INTO sessions SELECT * FROM backup")
	run1(t, db, "INSERT INTO tokens SELECT * FROM backup_tokens")
	thief := s.visitor(t, 1)
	thief.setCookies(map[string]string{sessionCookie: cookie})
	thief.get("/sites").want(t, http.StatusSeeOther)
	s.alice(t, 1)
}
