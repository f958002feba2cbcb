package rp

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestLife is how long an access token is taken to live at most.
const longestLife = 24 * time.Hour

// wholeSeconds lets x/oauth2 read answers whose expires_in is not written as a whole number, such as 300.0 or 1e12: it refuses all that is in them. What it gets is what lifetime makes of it.
type wholeSeconds struct{ http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t wholeSeconds) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxDocument)) // whoever reads on gets the error, or the rest
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(inWholeSeconds(body)), resp.Body), resp.Body}
	return resp, nil
}

func inWholeSeconds(body []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return body
	}
	said, there := members["expires_in"]
	if _, err := strconv.ParseInt(strings.Trim(string(said), `"`), 10, 64); !there || err == nil || string(said) == "null" {
		return body
	}
	members["expires_in"] = strconv.AppendInt(nil, int64(lifetime(said, longestLife)/time.Second), 10)
	written, err := json.Marshal(members)
	if err != nil {
		return body
	}
	return written
}
