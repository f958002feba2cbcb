package pages

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portico/internal/datahub"
	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/web/templates"
)

var world = energy.New(1)

// bench serves the pages of one person against a Data Hub of the demo that fails on demand. It is mounted as the portal does, without sign-in and error pages.
type bench struct {
	testing.TB
	pages   *Pages
	hub     *datahub.Hub
	address string // of the Data Hub
	faults  *fault.Switch
	who     Who
	lang    locale.Lang
	now     time.Time // zero: moment
	shelf   *shelf.Keeper
	later   func()        // what a page left for later; nil when it left nothing
	wait    time.Duration // until then
	owner   shelf.Owner
	zone    *time.Location // that the person chose for all
	work    func()         // what a page left for the background; nil when it left nothing
	until   time.Duration  // after which a page is rendered with the panels that are there; 0: all are waited for
}

// owner is Alice's shelf.
var owner = shelf.OwnerOf("https://op", "alice", "")

// always is somebody whose token is always good.
type always struct{ name string }

func (a always) Token(context.Context) (secret.Text, error) { return secret.New(a.name), nil }
func (a always) Renew(context.Context, secret.Text) (secret.Text, error) {
	return secret.Text{}, errors.New("no other token")
}

// remote is a store that does nothing for a context that has ended, as those over a network do.
type remote struct{ shelf.Store }

func (r remote) Save(ctx context.Context, i shelf.Item) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return r.Store.Save(ctx, i)
}

// newBench returns a bench whose Data Hub knows these people; of nobody else's rights it tells anything.
func newBench(t testing.TB, people ...hub.User) *bench { t.Helper(); return benchAt(t, nil, people...) }

// moment is when it is for a bench that is told nothing else: a working day on which enough has come, so that a test says the same at any hour.
var moment = time.Date(2026, time.November, 18, 13, 37, 21, 0, datahub.HomeZone())

// benchAt has a Data Hub whose clock is now; nil is the bench's own.
func benchAt(t testing.TB, now func() time.Time, people ...hub.User) *bench {
	t.Helper()
	b := &bench{TB: t, pages: New(), faults: &fault.Switch{}, lang: locale.English, who: Who{"https://id.example", "alice", "101", "s"}}
	if now == nil {
		now = b.clock
	}
	data := httptest.NewServer(hub.New(hub.Config{World: world, Users: people, Check: func(string) (string, int64, []string, bool) { return "alice", 101, []string{"datahub-api"}, true }, Fault: b.faults.Pick, Now: now}))
	t.Cleanup(data.Close)
	b.address = data.URL
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	b.owner = owner
	b.shelf = shelf.New(remote{memory.New(nil).Shelf()}, keys, nil)
	if b.hub, err = datahub.New(datahub.Config{BaseURL: data.URL, Timeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	return b
}

// answer is what a page wrote, or the error that it returned: then its status is the one that the portal gives.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

func (b *bench) get(target string) answer {
	b.Helper()
	return b.serve(httptest.NewRequest(http.MethodGet, target, nil))
}

// serve answers a request by the routes of the pages.
func (b *bench) serve(r *http.Request) answer {
	b.Helper()
	ctx, leave := context.WithCancel(r.Context())
	defer leave() // as a server does when the answer is there
	r = r.WithContext(ctx)
	w, mux := httptest.NewRecorder(), http.NewServeMux()
	var failed error
	for _, route := range b.pages.Routes() {
		mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) { failed = route.Handler(w, b.request(w, r)) })
	}
	mux.ServeHTTP(w, r)
	a := answer{w.Code, w.Header(), w.Body.String(), failed}
	if failed != nil {
		a.status = statusOf(failed)
	}
	return a
}

func (b *bench) clock() time.Time {
	if b.now.IsZero() {
		return moment
	}
	return b.now
}

func (b *bench) request(w http.ResponseWriter, r *http.Request) *Request {
	l, now := locale.For(b.lang), b.clock()
	layout := templates.LayoutModel{T: func(key string, args ...any) string { return l.T(locale.Key(key), args...) }, Lang: l.Lang(), Theme: "system", ReturnTo: "/"}
	until := time.Time{}
	if b.until != 0 {
		until = time.Now().Add(b.until)
	}
	return &Request{Request: r, Until: until, From: "/x?part=", Whole: "/x?whole=1", Who: b.who, Hub: b.hub.Client(always{"alice"}), Locale: l, Layout: layout, Now: now, Shelf: b.shelf, Owner: b.owner, Zone: b.zone, By: "Alice", Later: func(_ string, wait time.Duration, f func(context.Context) error) {
		b.wait, b.later = wait, func() {
			b.Helper()
			if err := f(b.Context()); err != nil {
				b.Logf("later: %v", err)
			}
		}
	}, Work: func(_ string, f func(context.Context) error) {
		b.work = func() {
			b.Helper()
			if err := f(b.Context()); err != nil {
				b.Logf("work: %v", err)
			}
		}
	}, Render: func(status int, page templ.Component) error {
		w.WriteHeader(status)
		return page.Render(r.Context(), w)
	}}
}

func statusOf(err error) int {
	_, param := errors.AsType[*query.Error](err)
	switch {
	case param:
		return http.StatusBadRequest
	case errors.Is(err, ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, ErrNotFound), errors.Is(err, datahub.ErrNotFound):
		return http.StatusNotFound
	}
	return http.StatusBadGateway
}

// want compares the status and looks for texts.
func (a answer) want(t *testing.T, what string, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d (%v), want %d\n%.600s", what, a.status, a.err, status, a.body)
		return
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s: lacks %q in\n%.3000s", what, text, a.body)
		}
	}
}
