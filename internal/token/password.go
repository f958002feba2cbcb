package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
)

// PasswordGranter is the resource owner password grant. *rp.Client satisfies it.
type PasswordGranter interface {
	Password(ctx context.Context, user string, password secret.Text, account string, offline bool) (rp.Tokens, error)
	Refresh(ctx context.Context, refresh secret.Text, account string) (rp.Tokens, error)
}

// PasswordConfig is what a PasswordSource is built from.
type PasswordConfig struct {
	Granter    PasswordGranter
	Store      Store            // where all processes keep the user's tokens; nil: this one has its own, in memory
	Keys       *session.Keyring // seals them there
	User       string
	Password   secret.Text
	Account    string // "" lets the provider choose
	UseRefresh bool   // ask for a refresh token and use it; otherwise the source signs in again each time
	Owner      string // names this process in the store, for people
	Log        *slog.Logger
	Now        func() time.Time
}

// PasswordSource gives access tokens of a dedicated application user, with nobody at the keyboard; it satisfies datahub.TokenSource. All processes on one store share what one of them was given, and one of them
// signs in at a time. It is safe for concurrent use.
type PasswordSource struct {
	c      PasswordConfig
	shared *sharedGrant  // nil without a store
	turn   chan struct{} // holds one value while nobody of this process signs in

	mu      sync.Mutex
	cur     grantTokens
	pause   time.Time // no sign-in before: the last one failed
	failed  error
	told    string // why, in a few words
	refused int    // sign-ins in a row
	backoff backoff
}

// grantTokens are what a grant brought.
type grantTokens struct {
	access, refresh secret.Text
	issued, expires time.Time
}

// signInTimeout bounds one sign-in, whose caller may have gone away meanwhile.
const signInTimeout = 30 * time.Second

// A refused user or client is not tried again for a minute, and for twice as long after each refusal more: hammering locks accounts, and keeps them locked.
const (
	refusedPause = time.Minute
	refusedMost  = 5 * time.Minute
)

// NewPassword returns a source. Nothing is sent yet.
func NewPassword(c PasswordConfig) *PasswordSource {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &PasswordSource{c: c, turn: make(chan struct{}, 1)}
	if c.Store != nil {
		s.shared = &sharedGrant{store: c.Store, keys: c.Keys, handle: c.Keys.OwnHandle("application user\x00" + c.User + "\x00" + c.Account), owner: c.Owner, log: c.Log, now: c.Now}
	}
	s.turn <- struct{}{}
	return s
}

// Token returns an access token that is not known to be expired, signing in when there is none. Errors: *UnavailableError, *StoreError, ErrLoginRequired when the provider refuses the user.
func (s *PasswordSource) Token(ctx context.Context) (secret.Text, error) {
	return s.get(ctx, secret.Text{})
}

// Renew returns an access token other than the rejected one. A token that is younger than 30 s is not replaced: ErrRejected.
func (s *PasswordSource) Renew(ctx context.Context, rejected secret.Text) (secret.Text, error) {
	return s.get(ctx, rejected)
}

// Trouble says why there are no tokens now, "" when nothing is known to be wrong.
func (s *PasswordSource) Trouble() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		return ""
	}
	return fmt.Sprintf("application user %s: %s", s.c.User, s.told)
}

func (s *PasswordSource) get(ctx context.Context, rejected secret.Text) (secret.Text, error) {
	if access, err, ok := s.have(rejected); ok {
		return access, err
	}
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return secret.Text{}, ctx.Err()
	}
	if access, err, ok := s.have(rejected); ok { // somebody else signed in while we waited
		return access, err
	}
	signing, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInTimeout)
	defer cancel()
	if err := s.bring(signing, rejected); err != nil {
		return secret.Text{}, err
	}
	access, err, known := s.have(rejected)
	if !known { // it is over already: whoever asked for it may still be served
		s.mu.Lock()
		defer s.mu.Unlock()
		access = s.cur.access
	}
	return access, err
}

// have returns the token at hand, or why there is none to be had now.
func (s *PasswordSource) have(rejected secret.Text) (secret.Text, error, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.c.Now()
	if !s.cur.access.Empty() && now.Before(s.cur.expires) {
		if !s.cur.access.Equal(rejected) {
			return s.cur.access, nil, true
		}
		if now.Sub(s.cur.issued) < tooYoung {
			return secret.Text{}, ErrRejected, true
		}
	}
	if now.Before(s.pause) {
		return secret.Text{}, s.failed, true
	}
	return secret.Text{}, nil, false
}

// bring makes have find a token: it takes what another process was given, or signs in while no other one does.
func (s *PasswordSource) bring(ctx context.Context, rejected secret.Text) error {
	if s.shared != nil {
		return s.share(ctx, rejected)
	}
	s.mu.Lock()
	refresh := s.cur.refresh
	s.cur.refresh = secret.Text{} // presented at most once
	s.mu.Unlock()
	t, err := s.signIn(ctx, refresh)
	if err != nil {
		_, failed := s.fail(err)
		return failed
	}
	s.take(t)
	return nil
}

// signIn refreshes if that is wanted and possible, and signs in with the password otherwise.
func (s *PasswordSource) signIn(ctx context.Context, refresh secret.Text) (grantTokens, error) {
	if s.c.UseRefresh && !refresh.Empty() {
		t, err := s.c.Granter.Refresh(ctx, refresh, s.c.Account)
		if err == nil {
			if t.Refresh.Empty() {
				t.Refresh = refresh
			}
			return s.given(t), nil
		}
		s.c.Log.InfoContext(ctx, "application user not refreshed, signs in again", "user", s.c.User, "error", err)
	}
	t, err := s.c.Granter.Password(ctx, s.c.User, s.c.Password, s.c.Account, s.c.UseRefresh)
	return s.given(t), err
}

func (s *PasswordSource) given(t rp.Tokens) grantTokens {
	g := grantTokens{access: t.Access, refresh: t.Refresh}
	g.issued, g.expires = lifetime(t, s.c.Now())
	return g
}

// take keeps tokens for this process.
func (s *PasswordSource) take(t grantTokens) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backoff.success()
	s.cur, s.failed, s.pause, s.refused = t, nil, time.Time{}, 0
}

// fail remembers a failure, so that it is not repeated at once, and returns until when.
func (s *PasswordSource) fail(err error) (until time.Time, failed error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait, e := s.backoff.next(), classOf(err)
	if permanent(e.Class) {
		wait = min(refusedPause<<min(s.refused, 8), refusedMost)
		s.refused++
	}
	s.pause = s.c.Now().Add(max(wait, min(e.RetryAfter, refusedMost)))
	s.failed, s.told = failureOf(e.Class, err), wordsOf(e)
	s.c.Log.Warn("application user not signed in", "user", s.c.User, "class", string(e.Class), "error", e)
	return s.pause, s.failed
}

// permanent reports whether trying again soon is of no use: somebody has to do something at the provider, or here.
func permanent(c rp.Class) bool { return c == rp.Refused || c == rp.Configuration }

// wordsOf is a failure in a few words: its class, and the provider's code.
func wordsOf(e *rp.GrantError) string { return strings.TrimSpace(string(e.Class) + " " + e.Code) }

// failureOf is what callers are told of a failure.
func failureOf(c rp.Class, err error) error {
	if permanent(c) {
		return errors.Join(ErrLoginRequired, err)
	}
	return &UnavailableError{RetryAfter: retryDefault, Err: err}
}

// heard is fail for what another process met with, as its record tells it.
func (s *PasswordSource) heard(until time.Time, told string) error {
	class := rp.NotSent
	for _, c := range []rp.Class{rp.Refused, rp.Configuration, rp.Unknown} {
		if strings.HasPrefix(told, string(c)) {
			class = c
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pause, s.failed, s.told = until, failureOf(class, errors.New(told)), told
	return s.failed
}
