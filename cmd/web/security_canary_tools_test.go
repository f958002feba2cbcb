package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// tape keeps what a browser gets from the portal.
type tape struct {
	next http.RoundTripper
	mu   *sync.Mutex
	got  map[string]string // what it is → text
}

func (t *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil || r.URL.Scheme != "https" {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	t.mu.Lock()
	defer t.mu.Unlock()
	what := fmt.Sprintf("%s %s (%d)", r.Method, r.URL.Path, len(t.got))
	t.got["page "+what] = string(body)
	headers := resp.Header.Clone()
	place := headers.Get("Location")
	headers.Del("Location")
	headers.Del("Set-Cookie") // what is in cookies is sealed, or is the cookie itself
	t.got["headers of "+what] = fmt.Sprint(headers)
	if u, err := url.Parse(place); err == nil && u.Host != "" { // state, nonce and challenge go to the identity server
		q := u.Query()
		q.Del("state")
		q.Del("nonce")
		q.Del("request_uri")
		u.RawQuery = q.Encode()
		place = u.String()
	}
	t.got["place of "+what] = place
	return resp, nil
}

// codings are the forms in which a secret could leak: as it is, without its ends, and as the usual coders write it.
func codings(secret string) map[string]string {
	middle := secret
	if len(secret) > 48 {
		middle = secret[len(secret)-40 : len(secret)-8] // of a JWT, the signature
	}
	forms := map[string]string{"": secret, "a part of ": middle, "hex of ": hex.EncodeToString([]byte(middle)), "URL form of ": url.QueryEscape(secret), "HTML form of ": html.EscapeString(secret), "quoted ": strings.Trim(fmt.Sprintf("%q", secret), `"`)}
	for shift := range 3 { // a coder that began one or two bytes earlier
		b := base64.StdEncoding.EncodeToString([]byte(middle[shift:]))
		forms[fmt.Sprint("base64 of ", shift, " ")] = b[:len(b)-4]
		b = base64.URLEncoding.EncodeToString([]byte(middle[shift:]))
		forms[fmt.Sprint("base64url of ", shift, " ")] = b[:len(b)-4]
	}
	return forms
}

// look reports every planted secret in a text.
func look(t *testing.T, where, text string, planted map[string]string) {
	t.Helper()
	for what, secret := range planted {
		if len(secret) < 12 {
			continue
		}
		for form, coded := range codings(secret) {
			if i := strings.Index(text, coded); i >= 0 {
				t.Errorf("%s holds the %s%s: …%.200q", where, form, what, text[max(0, i-80):])
				break
			}
		}
	}
}

// plantedAs returns a secret of a kind.
func plantedAs(s *siege, kind string) (secret string) {
	s.op.set(func() {
		for what, value := range s.op.planted {
			if strings.HasPrefix(what, kind+" ") {
				secret = value
			}
		}
	})
	return secret
}

// echoes are ways to fail that repeat a text.
var echoes = []func(w http.ResponseWriter, r *http.Request, text string) bool{
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("WWW-Authenticate", `Bearer error_description="`+text+`"`)
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = fmt.Fprintf(w, `{"error":%q,"error_description":%q,"message":%q}`, text, text, text)
		return true
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `<html><body>%s</body></html>`, text)
		return true
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		w.Header().Set("Content-Type", "application/"+regexp.MustCompile(`[^A-Za-z0-9.+-]`).ReplaceAllString(text, "-"))
		_, _ = io.WriteString(w, text)
		return true
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool { return hijacked(w, text+"\r\n\r\n") },
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		return hijacked(w, "HTTP/1.1 200 OK\r\n"+text+"\r\n\r\n")
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		return hijacked(w, "HTTP/1.1 302 Found\r\nLocation: https://evil.example/"+url.PathEscape(text)+"\r\nContent-Length: 0\r\n\r\n")
	},
	func(w http.ResponseWriter, _ *http.Request, text string) bool {
		return hijacked(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+text+"\r\n")
	},
}

func hijacked(w http.ResponseWriter, answer string) bool {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	_, _ = io.WriteString(c, answer)
	_ = c.Close()
	return true
}
