package session

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// What a newer program seals besides is passed over, and left out when this one seals again: nothing may depend on it. Another version of the form is nobody's session here, and stays as it is.
func TestPayloadOfANewerProgram(t *testing.T) {
	s := &Session{Identity: Identity{Issuer: "https://op", Subject: "alice", Name: "Alice"}, Created: time.Unix(1, 0).UTC(), Expires: time.Unix(2, 0).UTC(), idle: time.Hour, Values: map[string]string{"a": "b"}}
	ours, err := encode(s)
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(ours), "{", `{"later":{"x":[1]},`, 1)
	got, err := decode([]byte(newer))
	if err != nil || !reflect.DeepEqual(got, s) {
		t.Fatalf("decode = %+v, %v, want %+v", got, err, s)
	}
	if again, err := encode(got); err != nil || string(again) != string(ours) {
		t.Errorf("encode = %s, %v, want %s", again, err, ours)
	}
	if _, err := decode([]byte(strings.Replace(string(ours), `"v":1`, `"v":2`, 1))); !errors.Is(err, errPayload) {
		t.Errorf("another version: %v", err)
	}
	for _, name := range []string{`"https://op"`, `"alice"`} {
		if _, err := decode([]byte(strings.Replace(string(ours), name, `""`, 1))); !errors.Is(err, errPayload) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
