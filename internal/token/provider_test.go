package token_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/memory"
	. "portico/internal/token"
)

// act is what the scripted provider does with one refresh.
type act string

const (
	ok               act = "ok"
	hangBefore       act = "hang-before-consume"
	consumeThenHang  act = "consume-then-hang"
	consumeThen502   act = "consume-then-502"
	consumeThenReset act = "consume-then-reset"
	answer503        act = "503"
	answer429        act = "429"
	dialRefused      act = "dial-refused"
	invalidGrant     act = "invalid_grant"
	invalidClient    act = "invalid_client"
	noRefreshToken   act = "no-refresh-token"
	badIDToken       act = "bad-id-token"
	otherSubject     act = "other-sub"
	tooLarge         act = "too-large" // an access token larger than a record
)

// provider plays the identity server: one-time refresh tokens by default, with each presentation counted.
type provider struct {
	mu        sync.Mutex
	mode      Policy // Strict kills the family on reuse
	script    []act  // one per call, then ok
	life      time.Duration
	n         int
	newest    string          // refresh token
	used      map[string]bool // presented and consumed
	dead      bool            // the family was killed
	presented map[string]int  // refresh token → times
	same      map[string]bool // refresh tokens that stayed valid after use
	revoked   map[string]bool
	calls     int
	onAgain   func(token string) // told of each presentation after the first
	gate      chan struct{}      // if set, each call waits for one value before it answers
}

func newProvider() *provider {
	return &provider{mode: Strict, life: 100 * time.Second, newest: "rt-0", used: map[string]bool{}, presented: map[string]int{}, same: map[string]bool{}, revoked: map[string]bool{}}
}

func (p *provider) first() rp.Tokens {
	return rp.Tokens{Access: secret.New("at-0"), Refresh: secret.New("rt-0"), ExpiresIn: p.life, Scopes: []string{"datahub-api"}}
}

func (p *provider) Refresh(ctx context.Context, refresh secret.Text, _ string) (rp.Tokens, error) {
	p.mu.Lock()
	p.calls++
	do := ok
	if len(p.script) > 0 {
		do, p.script = p.script[0], p.script[1:]
	}
	gate := p.gate
	if do != dialRefused && do != answer429 && do != invalidClient { // these never look at the token
		p.presented[refresh.Reveal()]++
	}
	again := p.presented[refresh.Reveal()] > 1 && !p.same[refresh.Reveal()] && p.onAgain != nil
	p.mu.Unlock()
	if again {
		p.onAgain(refresh.Reveal())
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Err: ctx.Err()}
		}
	}
	switch do {
	case dialRefused:
		return rp.Tokens{}, &rp.GrantError{Class: rp.NotSent, Err: errors.New("connection refused")}
	case answer429:
		return rp.Tokens{}, &rp.GrantError{Class: rp.NotSent, Status: 429, RetryAfter: 20 * time.Second}
	case answer503:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Status: 503}
	case invalidClient:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Configuration, Code: "invalid_client", Status: 401}
	case invalidGrant:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Refused, Code: "invalid_grant", Status: 400}
	case hangBefore:
		<-ctx.Done()
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Err: ctx.Err()}
	}
	t, err := p.consume(refresh.Reveal(), do)
	switch {
	case err != nil:
		return rp.Tokens{}, err
	case do == consumeThenHang:
		<-ctx.Done()
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Err: ctx.Err()}
	case do == consumeThen502:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Status: 502}
	case do == consumeThenReset:
		return rp.Tokens{}, &rp.GrantError{Class: rp.Unknown, Err: errors.New("connection reset")}
	}
	return t, nil
}

func (p *provider) consume(refresh string, do act) (rp.Tokens, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	refused := &rp.GrantError{Class: rp.Refused, Code: "invalid_grant", Status: 400}
	switch {
	case p.dead || p.revoked[refresh]:
		return rp.Tokens{}, refused
	case p.used[refresh] && p.mode == Strict:
		p.dead = true
		return rp.Tokens{}, refused
	}
	if p.mode == Reusable {
		p.n++
		return rp.Tokens{Access: secret.New(fmt.Sprintf("at-%d", p.n)), Refresh: secret.New(refresh), ExpiresIn: p.life}, nil
	}
	p.used[refresh] = true
	p.n++
	p.newest = fmt.Sprintf("rt-%d", p.n)
	t := rp.Tokens{Access: secret.New(fmt.Sprintf("at-%d", p.n)), Refresh: secret.New(p.newest), ExpiresIn: p.life}
	switch do {
	case noRefreshToken:
		p.used[refresh], p.same[refresh], p.newest, t.Refresh = false, true, refresh, secret.Text{}
	case badIDToken, otherSubject:
		t.IDToken = secret.New(string(do))
	case tooLarge:
		t.Access = secret.New(strings.Repeat("a", 70<<10))
	}
	return t, nil
}

func (p *provider) CheckRefreshed(_ context.Context, t rp.Tokens, _ rp.Identity) error {
	switch t.IDToken.Reveal() {
	case string(otherSubject):
		return rp.ErrOtherSubject
	case string(badIDToken):
		return errors.New("bad signature")
	}
	return nil
}

func (p *provider) Revoke(_ context.Context, t secret.Text, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked[t.Reveal()] = true
	return nil
}

func (p *provider) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

func (p *provider) max() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := 0
	for _, n := range p.presented {
		most = max(most, n)
	}
	return most
}

// bench is one session with one provider and one store under any number of managers.
type bench struct {
	t        *testing.T
	provider *provider
	store    *faulty
	sessions session.Store
	keys     *session.Keyring
	h        session.Handle
	policy   Policy
	outside  map[*Manager]*outside
	endings  *endings
}

// endings are the words with which sessions were said to have no refresh token any more.
type endings struct {
	mu   sync.Mutex
	list []string
}

func (e *endings) add(_ context.Context, _ session.ID, who rp.Identity, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, who.Subject+" "+why)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	m := memory.New(nil)
	return &bench{t: t, provider: newProvider(), store: &faulty{Store: m.Tokens(), before: map[string]int{}}, sessions: m.Sessions(), keys: keys, h: session.NewHandle(), policy: Strict, outside: map[*Manager]*outside{}, endings: &endings{}}
}

// replica returns one more manager on the bench's store.
func (b *bench) replica() *Manager {
	b.t.Helper()
	o := &outside{faulty: b.store, provider: b.provider}
	m, err := New(Config{Store: o, Keys: b.keys, Refresher: o, End: b.sessions.Delete, Policy: b.policy, Ended: b.endings.add})
	if err != nil {
		b.t.Fatal(err)
	}
	b.outside[m] = o
	b.t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

// crash lets a replica crash at a point.
func (b *bench) crash(m *Manager, at faultpoint.Point) {
	b.at(m, func(p faultpoint.Point) bool { return p == at })
}

// at calls f at each point that a replica passes; when f returns true, the replica crashes there.
func (b *bench) at(m *Manager, f func(faultpoint.Point) bool) { b.outside[m].at.Store(&f) }

// start signs in: tokens first, then the session.
func (b *bench) start(m *Manager) {
	b.t.Helper()
	id := rp.Identity{Issuer: "https://op", Subject: "alice", SID: "s1"}
	if err := m.Start(context.Background(), b.h, b.provider.first(), id, time.Now().Add(12*time.Hour)); err != nil {
		b.t.Fatal(err)
	}
	if err := b.sessions.Create(context.Background(), session.Record{ID: b.h.ID(), Issuer: id.Issuer, Subject: id.Subject, SID: id.SID, Until: time.Now().Add(12 * time.Hour), LoginStarted: time.Now()}); err != nil {
		b.t.Fatal(err)
	}
}

// wantToken asks a manager and compares.
func (b *bench) wantToken(m *Manager, want string) {
	b.t.Helper()
	got, err := m.Source(b.h).Token(context.Background())
	if err != nil || got.Reveal() != want {
		b.t.Fatalf("Token() = %q, %v, want %s", got.Reveal(), err, want)
	}
}

// wantError asks a manager and compares the kind of error.
func wantError[E any](b *bench, m *Manager) {
	b.t.Helper()
	got, err := m.Source(b.h).Token(context.Background())
	var e E
	if err == nil || !errors.As(err, &e) {
		b.t.Fatalf("Token() = %q, %v, want a %T", got.Reveal(), err, e)
	}
}

func (b *bench) wantLogin(m *Manager) {
	b.t.Helper()
	if got, err := m.Source(b.h).Token(context.Background()); !errors.Is(err, ErrLoginRequired) {
		b.t.Fatalf("Token() = %q, %v, want ErrLoginRequired", got.Reveal(), err)
	}
}

func (b *bench) record() Record {
	b.t.Helper()
	r, err := b.store.Store.Load(context.Background(), b.h.ID())
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// faulty is a store that fails as the test says.
type faulty struct {
	Store
	mu     sync.Mutex
	before map[string]int // operation → calls that fail before their effect
	after  map[string]int // operation → calls that fail after their effect
	down   bool
}

var errStore = errors.New("store is down")

func (f *faulty) fails(where map[string]int, op string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return true
	}
	if where[op] > 0 {
		where[op]--
		return true
	}
	return false
}

func (f *faulty) around(op string, do func() error) error {
	if f.fails(f.before, op) {
		return errStore
	}
	err := do()
	if f.fails(f.after, op) {
		return errStore
	}
	return err
}

func (f *faulty) setDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// setFailing lets an operation fail from now on.
func (f *faulty) setFailing(op string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before[op] = math.MaxInt
}

func (f *faulty) Load(ctx context.Context, id session.ID) (r Record, err error) {
	err = f.around("load", func() error { r, err = f.Store.Load(ctx, id); return err })
	return r, err
}

func (f *faulty) Claim(ctx context.Context, c ClaimRequest) (v Verdict, r Record, err error) {
	err = f.around("claim", func() error { v, r, err = f.Store.Claim(ctx, c); return err })
	return v, r, err
}

func (f *faulty) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error {
	return f.around("renew", func() error { return f.Store.Renew(ctx, id, attempt, lease) })
}

func (f *faulty) Send(ctx context.Context, id session.ID, attempt string) error {
	return f.around("send", func() error { return f.Store.Send(ctx, id, attempt) })
}

func (f *faulty) Commit(ctx context.Context, id session.ID, attempt string, n NewTokens) error {
	return f.around("commit", func() error { return f.Store.Commit(ctx, id, attempt, n) })
}

func (f *faulty) Release(ctx context.Context, id session.ID, attempt string, o Outcome) error {
	return f.around("release", func() error { return f.Store.Release(ctx, id, attempt, o) })
}

// outside is the store and the provider as one replica reaches them. A process that has crashed does nothing any more: whatever comes here ends.
type outside struct {
	*faulty
	*provider
	at     atomic.Pointer[func(faultpoint.Point) bool]
	dead   atomic.Bool
	stale  atomic.Pointer[Record] // what the next Load reads
	claims atomic.Int32
}

// do makes a call of a process that lives, and passes a point when it has succeeded.
func (o *outside) do(p faultpoint.Point, call func() error) error {
	if o.dead.Load() {
		runtime.Goexit()
	}
	err := call()
	if at := o.at.Load(); err == nil && p != "" && at != nil && (*at)(p) {
		o.dead.Store(true)
		runtime.Goexit()
	}
	return err
}

func (o *outside) Load(ctx context.Context, id session.ID) (r Record, err error) {
	if stale := o.stale.Swap(nil); stale != nil {
		return *stale, nil
	}
	err = o.do("", func() error { r, err = o.faulty.Load(ctx, id); return err })
	return r, err
}

func (o *outside) Claim(ctx context.Context, c ClaimRequest) (v Verdict, r Record, err error) {
	o.claims.Add(1)
	err = o.do("", func() error { v, r, err = o.faulty.Claim(ctx, c); return err })
	if v == ClaimOK && err == nil {
		err = o.do(faultpoint.RefreshLocked, func() error { return nil })
	}
	return v, r, err
}

func (o *outside) Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error {
	return o.do("", func() error { return o.faulty.Renew(ctx, id, attempt, lease) })
}

func (o *outside) Send(ctx context.Context, id session.ID, attempt string) error {
	return o.do(faultpoint.RefreshMarked, func() error { return o.faulty.Send(ctx, id, attempt) })
}

func (o *outside) Refresh(ctx context.Context, refresh secret.Text, account string) (t rp.Tokens, err error) {
	err = o.do(faultpoint.RefreshReceived, func() error { t, err = o.provider.Refresh(ctx, refresh, account); return err })
	return t, err
}

func (o *outside) Commit(ctx context.Context, id session.ID, attempt string, n NewTokens) error {
	return o.do(faultpoint.RefreshSaved, func() error { return o.faulty.Commit(ctx, id, attempt, n) })
}

func (o *outside) Release(ctx context.Context, id session.ID, attempt string, outcome Outcome) error {
	return o.do("", func() error { return o.faulty.Release(ctx, id, attempt, outcome) })
}

func (o *outside) Revoke(ctx context.Context, t secret.Text, hint string) error {
	return o.do("", func() error { return o.provider.Revoke(ctx, t, hint) })
}

func (b *bench) identity() rp.Identity {
	return rp.Identity{Issuer: "https://op", Subject: "alice", SID: "s1"}
}

// wantEnding compares what was said of sessions that have no refresh token any more.
func (b *bench) wantEnding(want ...string) {
	b.t.Helper()
	b.endings.mu.Lock()
	defer b.endings.mu.Unlock()
	if !slices.Equal(b.endings.list, want) {
		b.t.Errorf("ended: %q, want %q", b.endings.list, want)
	}
}

func contains(s, part string) bool { return strings.Contains(s, part) }
