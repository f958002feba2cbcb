package flow

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestHide(t *testing.T) {
	t.Parallel()
	const long = "abcdefghijklmnopqrstuvwxyz0123456789"
	if got := hide(long); !strings.HasPrefix(got, "abcdef… #") || len(got) != len("abcdef… #")+8 {
		t.Errorf("hide(%q) = %q", long, got)
	}
	if got := hide("short-secret"); !regexp.MustCompile(`^#[0-9a-f]{8}$`).MatchString(got) || hide("") != "" {
		t.Errorf("of a short secret %q is shown", got)
	}
	if hide(long) == hide(long[:35]+"0") || hide(long) != hide(strings.Clone(long)) {
		t.Error("the hash does not tell equal from different")
	}
}

// Whatever may be a secret is cut short wherever it stands: what is open is listed, not what is hidden.
func TestHeadersAndMembersHideWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	const canary = "canary-0123456789-canary-0123456789"
	b64 := base64.RawURLEncoding.EncodeToString
	h := http.Header{"Authorization": {"Bearer " + canary, "Basic " + base64.StdEncoding.EncodeToString([]byte("portico:"+canary))}, "Cookie": {"portico=" + canary + "; portico-login-" + canary + "=" + canary},
		"Set-Cookie": {"portico=" + canary + "; HttpOnly"}, "X-Anything": {canary}, "Location": {"http://id.localhost/authorize?client_id=portico&state=" + canary + "&unknown=" + canary}}
	list := headers(h)
	list = append(list, parameters("", url.Values{"code": {canary}, "grant_type": {"authorization_code"}})...)
	list = append(list, members([]byte(`{"access_token":"`+canary+`","odd":"`+canary+`","expires_in":60,"nested":{"a":"`+canary+`"},"list":["`+canary+`"],"aud":["portico"]}`))...)
	list = append(list, claims(b64([]byte(`{"alg":"RS256"}`))+"."+b64([]byte(`{"sub":"alice","nonce":"`+canary+`","iat":1795675792}`))+"."+canary)...)
	var all strings.Builder
	for _, f := range list {
		all.WriteString(f.Name + "=" + f.Value + "\n")
	}
	if strings.Contains(all.String(), canary[:8]) {
		t.Errorf("a secret is shown:\n%s", all.String())
	}
	for _, want := range []string{"Bearer canary… #", "Basic portico : canary… #", "HttpOnly", "Location=http://id.localhost/authorize\n", "· client_id=portico\n", "expires_in=60\n", "aud=portico\n", "alg=RS256\n", "sub=alice\n", "iat=1795675792\n", "list=[1]\n", "grant_type=authorization_code\n"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in\n%s", want, all.String())
		}
	}
}

func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"a":"b"}`), "a.b.c")
	f.Fuzz(func(t *testing.T, body []byte, token string) {
		for _, field := range append(members(body), claims(token)...) {
			if len([]rune(field.Name)) > longest+1 || len([]rune(field.Value)) > longest+1 {
				t.Errorf("%d and %d characters", len(field.Name), len(field.Value))
			}
		}
	})
}
