package rp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
)

// exchange presents the authorization code, once, for the account that was asked for.
func (c *Client) exchange(ctx context.Context, doc *metadata, code string, a Attempt) (Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	proof, err := c.proof(doc)
	if err != nil {
		return Tokens{}, &GrantError{Class: NotSent, Err: err}
	}
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(a.Verifier.Reveal())}
	for name, value := range c.target(doc, a.Account) {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	for name := range proof {
		options = append(options, oauth2.SetAuthURLParam(name, proof.Get(name)))
	}
	var sent atomic.Bool
	client := &http.Client{Transport: wholeSeconds{c.grants.Transport}, CheckRedirect: c.grants.CheckRedirect}
	ctx = traced(context.WithValue(ctx, oauth2.HTTPClient, client), &sent)
	asked := c.c.Now()
	tok, err := c.oauth(doc, a.LoginOptions).Exchange(ctx, code, options...)
	if err != nil {
		return Tokens{}, c.notExchanged(err, &sent)
	}
	t := tokenAnswer{AccessToken: tok.AccessToken, TokenType: tok.TokenType, RefreshToken: tok.RefreshToken}
	idToken, _ := tok.Extra("id_token").(string)
	scope, _ := tok.Extra("scope").(string)
	t.IDToken, t.Scope = said(idToken), said(scope)
	t.ExpiresIn, _ = json.Marshal(tok.Extra("expires_in"))
	t.RefreshExpiresIn, _ = json.Marshal(tok.Extra("refresh_expires_in"))
	return c.accept(t, asked)
}

// notExchanged classifies what x/oauth2 says of an exchange that failed.
func (c *Client) notExchanged(err error, sent *atomic.Bool) *GrantError {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response != nil {
		if e.Response.StatusCode >= 200 && e.Response.StatusCode <= 299 {
			return &GrantError{Class: Unknown, Status: e.Response.StatusCode, Err: errors.New("answer without tokens")}
		}
		return c.refusal(e.Response.StatusCode, e.Response.Header, e.ErrorCode)
	}
	if _, transport := errors.AsType[*url.Error](err); transport {
		return lost(sent, cause(err))
	}
	return &GrantError{Class: Unknown, Err: errors.New("answer cannot be read")} // the library's text quotes the answer
}

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
