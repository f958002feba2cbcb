package session_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/internal/secret"
	"portico/internal/session"
)

func TestKeyRotation(t *testing.T) {
	old, next := session.NewKey(time.Now()), session.NewKey(time.Now())
	b := newBench(t, old)
	_, cookie := b.start()
	added, promoted, removed := b.with(old, next), b.with(next, old), b.with(next)
	for name, c := range map[string]*session.Cookies{"added": added, "promoted": promoted} {
		if _, err := c.Load(request(cookie)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.clock.Advance(2 * time.Minute)
	s, _ := promoted.Load(request(cookie))
	if err := promoted.SaveValues(t.Context(), s, func(v map[string]string) { v["x"] = "y" }); err != nil {
		t.Fatal(err)
	}
	if err := promoted.Touch(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := added.Load(request(cookie)); err != nil {
		t.Errorf("written under the new key, read by an old replica: %v", err)
	}
	if _, err := removed.Load(request(cookie)); err != nil {
		t.Errorf("sealed again under the new key, the old one removed: %v", err)
	}
	ring, err := session.NewKeyring(old)
	if err != nil {
		t.Fatal(err)
	}
	var missing missingKeys
	c, err := session.NewCookies(session.Config{Store: b.store, Keys: ring, Secure: true, Now: b.clock.Now, Observer: &missing, Refused: func(_ context.Context, _ session.ID, why string) { missing = append(missing, why) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Load(request(cookie)); !errors.Is(err, session.ErrNone) || fmt.Sprint(missing) != "[unknown-key "+next.ID+"]" {
		t.Errorf("without the key: %v, told %v, want ErrNone and which key is missing", err, missing)
	}
}

// missingKeys are what an Observer is told.
type missingKeys []string

func (m *missingKeys) KeyMissing(id string) { *m = append(*m, id) }

func TestWeakKeysAreRefused(t *testing.T) {
	good, other := session.NewKey(time.Now()), session.NewKey(time.Now())
	bytes := func(n int) secret.Text {
		var b []byte
		for i := range n {
			b = append(b, byte(7*i))
		}
		return secret.New(base64.RawURLEncoding.EncodeToString(b))
	}
	for _, n := range []int{32, 64} {
		if _, err := session.NewKeyring(session.Key{ID: "a", Secret: bytes(n)}); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	for name, keys := range map[string][]session.Key{
		"none": nil, "short": {{ID: "a", Secret: secret.New("c2hvcnQ")}}, "repeated byte": {{ID: "a", Secret: secret.New(strings.Repeat("A", 43))}},
		"readable": {{ID: "a", Secret: secret.New(base64.RawURLEncoding.EncodeToString([]byte("correct horse battery staple 123")))}},
		"31 bytes": {{ID: "a", Secret: bytes(31)}}, "65 bytes": {{ID: "a", Secret: bytes(65)}}, "one id": {good, {ID: good.ID, Secret: other.Secret}}, "one secret": {good, {ID: "other", Secret: good.Secret}},
		"no id": {{Secret: good.Secret}}, "long id": {{ID: strings.Repeat("a", 33), Secret: good.Secret}},
		"twice": {good, good}, "bad id": {{ID: "A B", Secret: good.Secret}}, "not base64": {{ID: "a", Secret: secret.New(strings.Repeat("*", 43))}},
	} {
		if _, err := session.NewKeyring(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		} else if len(keys) > 0 && strings.Contains(err.Error(), keys[0].Secret.Reveal()) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	text := session.FormatKeys([]session.Key{good})
	if keys, err := session.ParseKeys(text); err != nil || len(keys) != 1 || keys[0].ID != good.ID || !keys[0].Secret.Equal(good.Secret) {
		t.Errorf("ParseKeys(FormatKeys) = %v, %v", keys, err)
	}
}
