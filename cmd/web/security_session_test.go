package main

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portico/internal/testserver"
)

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
	victim.get(victim.toCallback("/sites?q=kouter")).want(t, http.StatusSeeOther)
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
