package session_test

import (
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/store/memory"
)

func fuzzRing(f *testing.F) *session.Keyring {
	f.Helper()
	ring, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		f.Fatal(err)
	}
	return ring
}

// FuzzCookieHeader looks for a Cookie header that is taken for a session although it does not hold the one good value, and nothing else under that name.
func FuzzCookieHeader(f *testing.F) {
	store := memory.New(nil).Sessions()
	cookies, err := session.NewCookies(session.Config{Store: store, Keys: fuzzRing(f), Secure: true})
	if err != nil {
		f.Fatal(err)
	}
	w := httptest.NewRecorder()
	if _, err := cookies.Start(f.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: time.Now()}); err != nil {
		f.Fatal(err)
	}
	good := w.Result().Cookies()[0].Value
	for _, seed := range []string{"a=b", "__Host-portico=x", "__Host-portico", "__Host-portico=\"x", ";;", "$Path=/", "__host-portico=x", "\t__Host-portico =x"} {
		f.Add(seed, "")
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Cookie"] = []string{before + "; __Host-portico=" + good + "; " + after}
		_, err := cookies.Load(r)
		if err != nil && !errors.Is(err, session.ErrNone) {
			t.Fatalf("%q, %q: %v", before, after, err)
		}
		other := false
		for pair := range strings.SplitSeq(before+";"+after, ";") {
			name, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
			other = other || name == "__Host-portico" && value != good
		}
		if err == nil && other {
			t.Fatalf("%q, %q: a session, though there is another cookie of the name", before, after)
		}
	})
}

// FuzzRecord seals any text as a record: what holds no whole session is none.
func FuzzRecord(f *testing.F) {
	ring := fuzzRing(f)
	f.Add([]byte(`{"v":1,"iss":"https://op","sub":"alice","created":1,"expires":99999999999,"idle":3600}`))
	f.Add([]byte(`{"v":2}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		if len(plain) > session.MaxSealed {
			return
		}
		h := session.NewHandle()
		id := h.ID()
		sealed := ring.Seal(session.PurposeSession, h, binary.BigEndian.AppendUint64(slices.Clone(id[:]), 1), plain)
		cookies, err := session.NewCookies(session.Config{Store: fixed{record: session.Record{ID: id, Version: 1, Issuer: "https://op", Subject: "alice", Sealed: sealed}}, Keys: ring, Secure: true})
		if err != nil {
			t.Fatal(err)
		}
		if s, err := cookies.Load(request(&http.Cookie{Name: cookies.Name(), Value: h.Cookie().Reveal()})); err == nil { // it has no tag of its activity
			t.Fatalf("%q opens as %+v", plain, s)
		}
	})
}

// FuzzKeyFile reads key files: what is accepted is written back as it was, and no error shows a key.
func FuzzKeyFile(f *testing.F) {
	f.Add(session.FormatKeys([]session.Key{session.NewKey(time.Now())}))
	f.Add([]byte("a b\n# c\n\nd e 2026-01-01T00:00:00Z"))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := session.ParseKeys(text)
		if err != nil {
			return
		}
		if _, err := session.NewKeyring(keys...); err != nil {
			for _, k := range keys {
				if len(k.Secret.Reveal()) > 20 && strings.Contains(err.Error(), k.Secret.Reveal()) && !strings.Contains(k.ID, k.Secret.Reveal()) {
					t.Fatalf("the error shows a key: %v", err)
				}
			}
			return
		}
		again, err := session.ParseKeys(session.FormatKeys(keys))
		if err != nil || len(again) != len(keys) {
			t.Fatalf("%q is written as something else: %v", text, err)
		}
		for i := range keys {
			if again[i].ID != keys[i].ID || !again[i].Secret.Equal(keys[i].Secret) || !again[i].Created.Equal(keys[i].Created.Truncate(time.Second)) {
				t.Fatalf("key %d of %q is written as another", i, text)
			}
		}
	})
}

func FuzzParseHandle(f *testing.F) {
	f.Add(session.NewHandle().Cookie().Reveal())
	f.Add("1.")
	f.Add("1." + strings.Repeat("*", 86))
	f.Fuzz(func(t *testing.T, text string) {
		h, err := session.ParseHandle(text)
		if err == nil && h.Cookie().Reveal() != text {
			t.Fatalf("ParseHandle accepts %q, which is not what it would write", text)
		}
	})
}

func FuzzOpen(f *testing.F) {
	ring, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ring.Seal(session.PurposeAttempt, session.Handle{}, nil, []byte("x")))
	f.Add([]byte{1, 3, 'a', 'b', 'c'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := ring.Open(session.PurposeSession, session.Handle{}, nil, b); err == nil {
			t.Fatalf("Open accepts %x", b)
		}
	})
}
