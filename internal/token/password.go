package token

import (
	"context"
	"errors"
	"sync"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
)

// PasswordGranter is the resource owner password grant. *rp.Client satisfies it.
type PasswordGranter interface {
	Password(ctx context.Context, user string, password secret.Text, account string, offline bool) (rp.Tokens, error)
	Refresh(ctx context.Context, refresh secret.Text, account string) (rp.Tokens, error)
}

// PasswordConfig is what a PasswordSource is built from.
type PasswordConfig struct {
	Granter    PasswordGranter
	User       string
	Password   secret.Text
	Account    string // "" lets the provider choose
	UseRefresh bool   // ask for a refresh token and use it; otherwise the source signs in again each time
	Now        func() time.Time
}

// PasswordSource gives access tokens of a dedicated application user, with nobody at the keyboard; it satisfies datahub.TokenSource. Its tokens live in
// memory only: they can be had again at any time. It is safe for concurrent use; concurrent callers share one sign-in.
type PasswordSource struct {
	c    PasswordConfig
	turn chan struct{} // holds one value while nobody signs in

	mu      sync.Mutex
	access  secret.Text
	refresh secret.Text
	issued  time.Time
	expires time.Time
	pause   time.Time // no sign-in before: the last one failed
	failed  error
	backoff backoff
}

// signInTimeout bounds one sign-in, whose caller may have gone away meanwhile.
const signInTimeout = 30 * time.Second

// permanentPause is how long a refused user or client is not tried again: hammering locks accounts.
const permanentPause = time.Minute

// NewPassword returns a source. Nothing is sent yet.
func NewPassword(c PasswordConfig) *PasswordSource {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &PasswordSource{c: c, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// Token returns an access token that is not known to be expired, signing in when there is none. Errors: *UnavailableError, ErrLoginRequired when the provider refuses the user.
func (s *PasswordSource) Token(ctx context.Context) (secret.Text, error) {
	return s.get(ctx, secret.Text{})
}

// Renew returns an access token other than the rejected one. A token that is younger than 30 s is not replaced: ErrRejected.
func (s *PasswordSource) Renew(ctx context.Context, rejected secret.Text) (secret.Text, error) {
	return s.get(ctx, rejected)
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
	t, err := s.signIn(signing)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.fail(err)
		return secret.Text{}, s.failed
	}
	s.backoff.success()
	s.access, s.refresh = t.Access, t.Refresh
	s.issued, s.expires = lifetime(t, s.c.Now())
	return s.access, nil
}

// have returns the token at hand, or why there is none to be had now.
func (s *PasswordSource) have(rejected secret.Text) (secret.Text, error, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.c.Now()
	if !s.access.Empty() && now.Before(s.expires) {
		if !s.access.Equal(rejected) {
			return s.access, nil, true
		}
		if now.Sub(s.issued) < tooYoung {
			return secret.Text{}, ErrRejected, true
		}
	}
	if now.Before(s.pause) {
		return secret.Text{}, s.failed, true
	}
	return secret.Text{}, nil, false
}

// signIn refreshes if that is wanted and possible, and signs in with the password otherwise.
func (s *PasswordSource) signIn(ctx context.Context) (rp.Tokens, error) {
	s.mu.Lock()
	refresh := s.refresh
	s.refresh = secret.Text{} // presented at most once
	s.mu.Unlock()
	if s.c.UseRefresh && !refresh.Empty() {
		if t, err := s.c.Granter.Refresh(ctx, refresh, s.c.Account); err == nil {
			if t.Refresh.Empty() {
				t.Refresh = refresh
			}
			return t, nil
		}
	}
	return s.c.Granter.Password(ctx, s.c.User, s.c.Password, s.c.Account, s.c.UseRefresh)
}

// fail remembers a failure, so that it is not repeated at once. The lock is held.
func (s *PasswordSource) fail(err error) {
	now := s.c.Now()
	wait := s.backoff.next()
	s.failed = &UnavailableError{RetryAfter: retryDefault, Err: err}
	if e, ok := errors.AsType[*rp.GrantError](err); ok {
		if e.Class == rp.Refused || e.Class == rp.Configuration {
			wait, s.failed = permanentPause, errors.Join(ErrLoginRequired, err)
		}
		wait = max(wait, e.RetryAfter)
	}
	s.pause = now.Add(wait)
}
