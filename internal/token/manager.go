package token

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
)

// Refresher is the token endpoint. *rp.Client satisfies it.
type Refresher interface {
	// Refresh presents a refresh token once, for an account. Errors are *rp.GrantError.
	Refresh(ctx context.Context, refresh secret.Text, account string) (rp.Tokens, error)
	// CheckRefreshed judges the ID token of a refresh; rp.ErrOtherSubject ends the session.
	CheckRefreshed(ctx context.Context, t rp.Tokens, previous rp.Identity) error
	// Revoke gives a token back.
	Revoke(ctx context.Context, t secret.Text, hint string) error
}

// Policy says what the provider does with a refresh token that is presented a second time after its answer was lost.
type Policy string

// The policies. A provider that returns the same refresh token, or none, is found to be Reusable.
const (
	Strict   Policy = "strict"   // refuses it: present it again only when there is no valid access token left to lose
	Grace    Policy = "grace"    // accepts it for a while: present it again, with back-off
	Reusable Policy = "reusable" // its refresh tokens are not one-time: retry as often as needed
	Never    Policy = "never"    // never present it again
)

// Config is what a Manager is built from. Durations of 0 mean the defaults that stand with them.
type Config struct {
	Store     Store
	Hints     Hinter // usually Store; nil: waiting is looking again and again
	Keys      *session.Keyring
	Refresher Refresher
	// End ends a session whose tokens turned out to be somebody else's, usually session.Store.Delete.
	End            func(ctx context.Context, id session.ID, reason string) error
	Policy         Policy        // "" means Strict
	KeepIDTokens   bool          // for the hint when somebody signs out; otherwise they are judged and forgotten
	Lease          time.Duration // 20 s: how long a claim lasts without being renewed
	RenewEvery     time.Duration // 5 s
	RequestTimeout time.Duration // 10 s: nothing is sent unless the lease lasts longer than this
	AnswerTimeout  time.Duration // 40 s: how long an answer is awaited; the lease is renewed meanwhile
	FlightWait     time.Duration // 10 s: how long a request waits for a refresh of its own process
	PollWait       time.Duration // 5 s: and for one of another process
	Young          time.Duration // 30 s: what a refresh brought is not refreshed again while it is younger, though it was rejected
	Owner          string        // names this process in records, for people
	Observer       Observer      // nil means nobody
	// Flight is called where a refresh begins; it may put something into the context of the refresh, and what it returns is called at the end. nil means nothing.
	Flight func(ctx context.Context) (context.Context, func(error))
	// Ended hears of each session that has no refresh token any more, with a word of why: refused, given-up, too-large or other-subject. nil means nobody.
	Ended func(ctx context.Context, id session.ID, who rp.Identity, why string)
	// Refused hears of each record that does not open; see session.WhyRefused. nil means nobody.
	Refused func(ctx context.Context, id session.ID, why string)
	Log     *slog.Logger
	Now     func() time.Time
}

// Manager refreshes the tokens of all sessions of one process. It is safe for concurrent use.
type Manager struct {
	c       Config
	breaker breaker
	backoff backoff
	learned atomic.Bool // the provider's refresh tokens turned out to be reusable

	mu      sync.Mutex
	flights map[session.ID]*flight // refreshes under way in this process
	unsaved map[session.ID]*held   // answers that the store would not take yet
	closed  bool
	running sync.WaitGroup // flights, savers and revocations
}

// New checks c and returns a Manager.
func New(c Config) (*Manager, error) {
	if c.Store == nil || c.Keys == nil || c.Refresher == nil || c.End == nil {
		return nil, errors.New("token: Store, Keys, Refresher and End are required")
	}
	c.Policy = cmp.Or(c.Policy, Strict)
	c.Lease, c.RenewEvery = cmp.Or(c.Lease, 20*time.Second), cmp.Or(c.RenewEvery, 5*time.Second)
	c.RequestTimeout, c.AnswerTimeout = cmp.Or(c.RequestTimeout, 10*time.Second), cmp.Or(c.AnswerTimeout, 40*time.Second)
	c.FlightWait, c.PollWait = cmp.Or(c.FlightWait, 10*time.Second), cmp.Or(c.PollWait, 5*time.Second)
	c.Young = cmp.Or(c.Young, tooYoung)
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.Flight == nil {
		c.Flight = func(ctx context.Context) (context.Context, func(error)) { return ctx, func(error) {} }
	}
	if c.Ended == nil {
		c.Ended = func(context.Context, session.ID, rp.Identity, string) {}
	}
	if c.Refused == nil {
		c.Refused = func(context.Context, session.ID, string) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Manager{c: c, flights: map[session.ID]*flight{}, unsaved: map[session.ID]*held{}}, nil
}

// Start keeps the tokens of a session that is about to begin; until is the session's own limit.
func (m *Manager) Start(ctx context.Context, h session.Handle, t rp.Tokens, id rp.Identity, until time.Time) error {
	issued, expiry := lifetime(t, m.c.Now())
	sealed, err := seal(m.c.Keys, h, 1, m.kept(t, id))
	if err != nil {
		return err
	}
	if err := m.c.Store.Create(ctx, Record{ID: h.ID(), State: Fresh, AccessIssued: issued, AccessExpiry: expiry, Until: until, Sealed: sealed}); err != nil {
		return &StoreError{err}
	}
	return nil
}

// kept is what is stored of an answer of the provider.
func (m *Manager) kept(t rp.Tokens, id rp.Identity) Tokens {
	k := Tokens{Access: t.Access, Refresh: t.Refresh, Scopes: t.Scopes, Identity: id, RefreshUntil: refreshUntil(t, m.c.Now())}
	if m.c.KeepIDTokens {
		k.IDToken = t.IDToken
	}
	return k
}

// Tokens returns a session's tokens, for signing out.
func (m *Manager) Tokens(ctx context.Context, h session.Handle) (Tokens, error) {
	cur, err := m.load(ctx, h)
	if err != nil {
		return Tokens{}, err
	}
	return cur.Tokens, nil
}

// Revoke gives tokens back to the provider, as well as it can.
func (m *Manager) Revoke(ctx context.Context, t Tokens) error {
	return errors.Join(m.c.Refresher.Revoke(ctx, t.Refresh, "refresh_token"), m.c.Refresher.Revoke(ctx, t.Access, "access_token"))
}

// Close starts no refresh any more, and waits until those under way are done and every answer is saved, or ctx ends.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	done := make(chan struct{})
	go func() { m.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// load reads and opens a record; an answer that is not saved yet counts more than an older record.
func (m *Manager) load(ctx context.Context, h session.Handle) (*held, error) {
	r, err := m.c.Store.Load(ctx, h.ID())
	unsaved := m.unsavedOf(h.ID())
	switch {
	case errors.Is(err, ErrGone):
		return nil, ErrGone
	case unsaved != nil && (err != nil || unsaved.Version > r.Version):
		return unsaved, nil
	case err != nil:
		return nil, &StoreError{err}
	}
	return m.open(ctx, h, r)
}

func (m *Manager) open(ctx context.Context, h session.Handle, r Record) (*held, error) {
	cur, err := open(m.c.Keys, h, r)
	if err != nil {
		m.c.Log.WarnContext(ctx, "token record refused", "session", h.ID(), "error", err)
		m.c.Refused(ctx, h.ID(), session.WhyRefused(err))
		return nil, ErrLoginRequired
	}
	return cur, nil
}

func (m *Manager) unsavedOf(id session.ID) *held {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.unsaved[id]
}

func (m *Manager) policy() Policy {
	if m.c.Policy == Strict && m.learned.Load() {
		return Reusable
	}
	return m.c.Policy
}

// attemptID returns 128 random bits.
func attemptID() string { return rand.Text() }
