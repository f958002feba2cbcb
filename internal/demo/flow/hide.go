package flow

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// hide cuts a secret short: the first six characters, if there are enough others, and the start of a hash, by which two can be seen to be the same.
func hide(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(secret))
	head := ""
	if len(secret) >= 24 {
		head = strings.ToValidUTF8(secret[:6], "") + "… "
	}
	return head + "#" + hex.EncodeToString(sum[:4])
}

// open are the names of parameters, members and claims that are no secrets. Every other text is hidden.
var open = names("response_type client_id redirect_uri post_logout_redirect_uri scope code_challenge_method prompt response_mode max_age acr_values iss return_to stay entry error grant_type token_type token_type_hint " +
	"alg kid typ aud azp sub acr amr name given_name family_name preferred_username email email_verified locale role account account_name http://opisense.opinum.com/account " +
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier")

// openHeaders are the headers that are no secrets.
var openHeaders = names("Accept Accept-Language Cache-Control Clear-Site-Data Content-Length Content-Type Date Origin Retry-After Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site User-Agent Www-Authenticate X-Total-Count")

// dull are headers that say nothing here.
var dull = names("Accept-Encoding Connection Content-Security-Policy Cross-Origin-Opener-Policy Cross-Origin-Resource-Policy Permissions-Policy Referer Referrer-Policy Reporting-Endpoints " +
	"Sec-Ch-Ua Sec-Ch-Ua-Mobile Sec-Ch-Ua-Platform Sec-Fetch-User Traceparent Upgrade-Insecure-Requests Vary X-Content-Type-Options X-Frame-Options X-Robots-Tag Priority")

func names(text string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(text) {
		set[name] = true
	}
	return set
}

const longest = 300 // characters of a value that is shown

// shown is a value under a name: as it is when it is no secret.
func shown(name, value string) string {
	if !open[name] {
		return hide(value)
	}
	return clip(value)
}

func clip(text string) string {
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return text
}

// parameters are the members of a query or a form.
func parameters(mark string, values url.Values) []Field {
	var list []Field
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			list = append(list, Field{mark + nameOf(name), shown(name, value)})
		}
	}
	return list
}

// headers are those that say something, in alphabetical order.
func headers(h http.Header) []Field {
	var list []Field
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if dull[name] {
			continue
		}
		for _, value := range h[name] {
			list = append(list, header(name, value)...)
		}
	}
	return list
}

func header(name, value string) []Field {
	switch name {
	case "Authorization":
		return []Field{{name, credentials(value)}}
	case "Cookie":
		var list []Field
		for pair := range strings.SplitSeq(value, ";") {
			cookie, content, _ := strings.Cut(strings.TrimSpace(pair), "=")
			list = append(list, Field{name, cookieName(cookie) + "=" + hide(content)})
		}
		return list
	case "Set-Cookie":
		pair, attributes, _ := strings.Cut(value, ";")
		cookie, content, _ := strings.Cut(pair, "=")
		return []Field{{name, cookieName(cookie) + "=" + hide(content) + ";" + attributes}}
	case "Location":
		u, err := url.Parse(value)
		if err != nil {
			return []Field{{name, hide(value)}}
		}
		q := u.Query()
		return append([]Field{{name, bare(u)}}, parameters("· ", q)...)
	}
	if !openHeaders[name] {
		return []Field{{name, hide(value)}}
	}
	return []Field{{name, clip(value)}}
}

// cookieName cuts what the name of a sign-in's cookie holds of its state.
func cookieName(name string) string {
	if before, state, ok := strings.Cut(name, "-login-"); ok {
		return before + "-login-" + hide(state)
	}
	return nameOf(name)
}

// nameOf is a name that others chose: a long one may be a secret in the wrong place.
func nameOf(name string) string {
	if len(name) > 100 {
		return hide(name)
	}
	return name
}

// credentials are the scheme, and for Basic the client, of an Authorization header; the rest is hidden.
func credentials(value string) string {
	scheme, rest, _ := strings.Cut(value, " ")
	if b, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(scheme, "Basic") {
		client, secret, _ := strings.Cut(string(b), ":")
		return scheme + " " + clip(client) + " : " + hide(secret)
	}
	return scheme + " " + hide(rest)
}

// bare is an address without its query; a local one without host.
func bare(u *url.URL) string {
	b := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return clip(b.String())
}

// members are those of a JSON object: numbers, truths and what is no secret as they are, other texts cut short, and of the rest only that it is there.
func members(body []byte) []Field {
	var object map[string]any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if d.Decode(&object) != nil {
		return nil
	}
	var list []Field
	for _, name := range slices.Sorted(maps.Keys(object)) {
		list = append(list, Field{nameOf(name), member(name, object[name])})
	}
	return list
}

func member(name string, value any) string {
	switch v := value.(type) {
	case string:
		return shown(name, v)
	case json.Number, bool:
		return fmt.Sprint(v)
	case nil:
		return "null"
	case []any:
		if !open[name] {
			return fmt.Sprintf("[%d]", len(v))
		}
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = member(name, one)
		}
		return clip(strings.Join(texts, ", "))
	}
	return "{…}"
}

// claims are what a signed token says, from its header and its payload.
func claims(token string) []Field {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	var list []Field
	for _, part := range parts[:2] {
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return nil
		}
		list = append(list, members(b)...)
	}
	return list
}

// subjectOf reads whom an ID token is about. The portal has checked it; here it only tells one person from another.
func subjectOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	var c struct {
		Subject string `json:"sub"`
	}
	if err != nil || json.Unmarshal(b, &c) != nil {
		return ""
	}
	return c.Subject
}
