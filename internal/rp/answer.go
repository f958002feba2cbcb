package rp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/internal/secret"
)

// tokenAnswer is the body of RFC 6749 section 5.1, with numbers that may be strings.
type tokenAnswer struct {
	AccessToken      string          `json:"access_token"`
	TokenType        string          `json:"token_type"`
	ExpiresIn        json.RawMessage `json:"expires_in"`
	RefreshToken     string          `json:"refresh_token"`
	RefreshExpiresIn json.RawMessage `json:"refresh_expires_in"`
	IDToken          said            `json:"id_token"`
	Scope            said            `json:"scope"`
}

// said is a text that an answer can do without: another value is none, and does not cost the tokens beside it.
type said string

// UnmarshalJSON implements [json.Unmarshaler].
func (s *said) UnmarshalJSON(b []byte) error {
	var text string
	_ = json.Unmarshal(b, &text) // stays empty when it is no text
	*s = said(text)
	return nil
}

func (c *Client) parse(body []byte, asked time.Time) (Tokens, error) {
	var a tokenAnswer
	if json.Unmarshal(body, &a) != nil {
		return Tokens{}, &GrantError{Class: Unknown, Status: http.StatusOK, Err: errors.New("answer is not JSON of the expected shape")}
	}
	return c.accept(a, asked)
}

// accept checks what could do harm later: another token type, and characters that break out of a header (RFC 6750 section 2.1).
func (c *Client) accept(a tokenAnswer, asked time.Time) (Tokens, error) {
	const status = http.StatusOK
	switch {
	case a.TokenType != "" && !strings.EqualFold(a.TokenType, "Bearer"):
		return Tokens{}, &GrantError{Class: Unknown, Status: status, Err: errors.New("token type is not Bearer")}
	case !b64token(a.AccessToken):
		return Tokens{}, &GrantError{Class: Unknown, Status: status, Err: errors.New("access token is missing or has characters that no token has")}
	case a.RefreshToken != "" && !visible(a.RefreshToken):
		return Tokens{}, &GrantError{Class: Unknown, Status: status, Err: errors.New("refresh token has characters that no token has")}
	}
	return Tokens{
		Access: secret.New(a.AccessToken), ExpiresIn: lifetime(a.ExpiresIn, longestLife), Refresh: secret.New(a.RefreshToken), RefreshExpiresIn: lifetime(a.RefreshExpiresIn, 10*365*24*time.Hour),
		IDToken: secret.New(string(a.IDToken)), Scopes: strings.Fields(string(a.Scope)), Asked: asked,
	}, nil
}

// longestLife is how long an access token is taken to live at most.
const longestLife = 24 * time.Hour

// lifetime reads seconds, a number or a string of digits. Missing, zero, negative and absurd ones are 0: not known; long ones are cut.
func lifetime(raw json.RawMessage, longest time.Duration) time.Duration {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	if err != nil || !(f >= 1) {
		return 0
	}
	return time.Duration(min(f, longest.Seconds())) * time.Second
}

func b64token(s string) bool {
	return s != "" && len(s) < 64<<10 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~+/=", r))
	})
}

func visible(s string) bool {
	return len(s) < 64<<10 && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
}

func retryAfter(text string, now time.Time) time.Duration {
	const longest = 5 * time.Minute
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		return time.Duration(min(max(n, 0), int64(longest/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longest)
	}
	return 0
}
