package secret

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "hunter2-canary"

func TestTextIsNeverShown(t *testing.T) {
	type holder struct {
		Name  string
		Token Text
	}
	h := holder{Name: "n", Token: New(canary)}
	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T", "%b", "%o", "%U"} {
		shown = append(shown, fmt.Sprintf(verb, h.Token), fmt.Sprintf(verb, h), fmt.Sprintf(verb, &h), fmt.Sprintf(verb, []Text{h.Token}))
	}
	js, err := json.Marshal(h)
	if err != nil {
		t.Fatalf("json.Marshal: %v", err)
	}
	xm, err := xml.Marshal(h)
	if err != nil {
		t.Fatalf("xml.Marshal: %v", err)
	}
	var logged, gobbed bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "token", h.Token, "holder", h)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "token", h.Token, "holder", h)
	_ = gob.NewEncoder(&gobbed).Encode(h)
	shown = append(shown, string(js), string(xm), logged.String(), gobbed.String(), fmt.Errorf("bad %v: %w", h.Token, fmt.Errorf("%+v", h)).Error())
	for _, s := range shown {
		if strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) {
			t.Errorf("a printer shows the text: %s", s)
		}
	}
	if !strings.Contains(string(js), Redacted) {
		t.Errorf("json.Marshal = %s, want it to say %s", js, Redacted)
	}
}

func TestReveal(t *testing.T) {
	if got := New(canary).Reveal(); got != canary {
		t.Errorf("Reveal() = %q, want %q", got, canary)
	}
	var zero, read Text
	if err := read.UnmarshalText(nil); err != nil {
		t.Fatal(err)
	}
	for name, empty := range map[string]Text{"zero": zero, "new": New(""), "read": read} {
		if !empty.Empty() || empty.Reveal() != "" || empty.String() != "" || empty != zero {
			t.Errorf("%s Text: Empty %v, Reveal %q, String %q", name, empty.Empty(), empty.Reveal(), empty.String())
		}
	}
}

func TestEqual(t *testing.T) {
	if !New("a").Equal(New("a")) || New("a").Equal(New("b")) || New("a").Equal(Text{}) || !(Text{}).Equal(New("")) {
		t.Error("Equal compares contents: a=a, a≠b, a≠empty, empty=empty")
	}
}

func TestUnmarshalText(t *testing.T) {
	var v struct{ Token Text }
	if err := json.Unmarshal([]byte(`{"Token":"`+canary+`"}`), &v); err != nil {
		t.Fatal(err)
	}
	if v.Token.Reveal() != canary {
		t.Errorf("Reveal() = %q after decoding, want %q", v.Token.Reveal(), canary)
	}
}
