package main

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // what somebody with the file would open it with
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
