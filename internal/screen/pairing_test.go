package screen_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
)

type world struct {
	store shelf.Store
	keys  []session.Key
	now   time.Time
}

func newWorld() *world {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	return &world{store: memory.New(nil).Shelf(), keys: []session.Key{session.NewKey(now)}, now: now}
}

func (w *world) clock() time.Time { return w.now }

func (w *world) ring(t *testing.T) *session.Keyring {
	t.Helper()
	k, err := session.NewKeyring(w.keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (w *world) pairings(t *testing.T) *screen.Pairings {
	t.Helper()
	k := w.ring(t)
	return screen.NewPairings(shelf.New(w.store, k, w.clock), k, w.clock)
}

func (w *world) register(t *testing.T) *screen.Register {
	t.Helper()
	return screen.NewRegister(shelf.New(w.store, w.ring(t), w.clock), w.clock)
}

func TestParseCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"K7QM-2P9X": "K7QM-2P9X", "k7qm2p9x": "K7QM-2P9X", "  k7qm 2p9x\t": "K7QM-2P9X", "K7QM–2P9X": "K7QM-2P9X", "o0il-LiOZ": "0011-110Z",
		"": "", "K7QM-2P9": "", "K7QM-2P9XX": "", "U7QM-2P9X": "", "K7QM-2P9É": "", "K7QM_2P9X": "", strings.Repeat("K", 1000): "",
	} {
		c, ok := screen.ParseCode(text)
		if ok != (want != "") || ok && c.String() != want {
			t.Errorf("ParseCode(%.20q) = %s, %v, want %q", text, c, ok, want)
		}
	}
	seen := map[screen.Code]bool{}
	for range 1000 {
		c := screen.NewCode()
		if parsed, ok := screen.ParseCode(c.String()); !ok || parsed != c || seen[c] {
			t.Fatalf("NewCode() = %s, read as %s, %v", c, parsed, ok)
		}
		seen[c] = true
	}
}

// S-107: a code is found by whoever types it for ten minutes, and pairs one screen.
func TestS107CodesAreForOneUseAndTenMinutes(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	ps := w.pairings(t)
	p, err := ps.Begin(ctx, "secret of the screen", screen.Pairing{About: session.About{Browser: "Chrome"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ps.Waiting(ctx, p.Code); err != nil || got.About.Browser != "Chrome" {
		t.Errorf("Waiting = %+v, %v", got, err)
	}
	wrong := screen.NewCode()
	if _, err := ps.Waiting(ctx, wrong); !errors.Is(err, screen.ErrCode) {
		t.Errorf("a code that was never given: %v", err)
	}
	if _, err := ps.Own(ctx, p.Code, "secret of another"); !errors.Is(err, screen.ErrCode) {
		t.Errorf("another browser has the code as its own: %v", err)
	}
	var winners atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch _, err := w.pairings(t).Take(ctx, p.Code); {
			case err == nil:
				winners.Add(1)
			case !errors.Is(err, screen.ErrCode) && !errors.Is(err, shelf.ErrConflict):
				t.Error(err)
			}
		})
	}
	if wg.Wait(); winners.Load() != 1 {
		t.Errorf("%d approve the screen", winners.Load())
	}
	if _, err := ps.Waiting(ctx, p.Code); !errors.Is(err, screen.ErrCode) {
		t.Errorf("a used code: %v", err)
	}
	w.now = w.now.Add(9 * time.Minute)
	if err := ps.Finish(ctx, p.Code, "abc"); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(9 * time.Minute) // the code is over, and the screen hears all the same
	for range 2 {                      // the first answer may get lost
		if got, err := ps.Own(ctx, p.Code, "secret of the screen"); err != nil || got.Screen != "abc" {
			t.Errorf("the screen hears %+v, %v", got, err)
		}
	}
	old, err := ps.Begin(ctx, "s", screen.Pairing{})
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(screen.CodeLife - time.Second)
	if _, err := ps.Waiting(ctx, old.Code); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	w.now = w.now.Add(time.Second)
	_, waiting := ps.Waiting(ctx, old.Code)
	_, own := ps.Own(ctx, old.Code, "s")
	_, take := ps.Take(ctx, old.Code)
	if !errors.Is(waiting, screen.ErrCode) || !errors.Is(own, screen.ErrCode) || !errors.Is(take, screen.ErrCode) {
		t.Errorf("after ten minutes: %v, %v, %v", waiting, own, take)
	}
}

// What stands in the store tells nobody a code who has not the keys, and codes outlive a rotation of them.
func TestCodesInTheStore(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	p, err := w.pairings(t).Begin(ctx, "s", screen.Pairing{})
	if err != nil {
		t.Fatal(err)
	}
	items, err := w.store.After(ctx, shelf.Item{}, 10)
	if err != nil || len(items) != 1 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	if i := items[0]; strings.Contains(i.Name, string(p.Code)) || strings.Contains(string(i.Sealed), string(p.Code)) {
		t.Errorf("the store has the code: %s", i.Name)
	}
	w.keys = append([]session.Key{session.NewKey(w.now)}, w.keys...)
	if _, err := w.pairings(t).Take(ctx, p.Code); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	r := w.register(t)
	s := screen.Screen{Reader: grant.Reader{ID: grant.NewID(), Until: w.now.Add(time.Hour)}, Settings: screen.Settings{Name: "lobby", Boards: []string{"a", "b@7"}, Every: time.Minute}, Owner: board.Person{Issuer: "https://op", Subject: "alice"}}
	h := session.NewHandle()
	s.SetKey(h)
	if text := fmt.Sprintf("%v %+v %#v %s", s, s, s, s); strings.Contains(text, h.Cookie().Reveal()) {
		t.Error("a printer shows the handle")
	}
	for _, shown := range []struct {
		id   string
		site int64
		want bool
	}{{"a", 0, true}, {"a", 7, true}, {"b", 0, true}, {"b", 7, true}, {"b", 8, false}, {"b@7", 7, false}, {"c", 0, false}} {
		if s.Shows(shown.id, shown.site) != shown.want {
			t.Errorf("Shows(%q, %d) = %t", shown.id, shown.site, !shown.want)
		}
	}
	for entry, want := range map[string]int64{"b": 0, "b@7": 7, "b@": 0, "b@x": 0, "b@-7": 0, "b@7@8": 0} {
		if b, site := screen.Entry(entry); b != "b" || site != want {
			t.Errorf("Entry(%q) = %s, %d, want b, %d", entry, b, site, want)
		}
	}
	for _, one := range []screen.Screen{s, {Reader: grant.Reader{ID: grant.NewID(), Until: w.now}, Settings: screen.Settings{Name: "Entrance"}}} {
		if err := r.Put(ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	all, err := r.All(ctx)
	if err != nil || len(all) != 2 || all[0].Name != "Entrance" {
		t.Fatalf("All = %v, %v", all, err)
	}
	if got, err := r.Of(ctx, h.Cookie().Reveal()); err != nil || got.ID != s.ID {
		t.Errorf("Of = %v, %v", got, err)
	}
	if _, err := r.Of(ctx, ""); !errors.Is(err, screen.ErrNotFound) {
		t.Errorf("Of no cookie = %v", err)
	}
	// What a screen tells is written when it is news, and now and then.
	writes := func(told screen.Report) bool {
		t.Helper()
		before := mustGet(ctx, t, r, s.ID)
		if _, err := r.Note(ctx, before, told); err != nil {
			t.Fatal(err)
		}
		return mustGet(ctx, t, r, s.ID).Report.Seen != before.Report.Seen
	}
	w.now = w.now.Add(time.Second)
	told := screen.Report{Page: "/tv/list/x", Skew: time.Second, Up: time.Minute}
	if !writes(told) {
		t.Error("news are not written")
	}
	w.now = w.now.Add(20 * time.Second)
	told.Skew, told.Up = told.Skew+200*time.Millisecond, 2*time.Minute
	if writes(told) {
		t.Error("the same is written again after 20 s")
	}
	told.Problem = "a widget failed"
	if !writes(told) {
		t.Error("a problem is not written")
	}
	for name, change := range map[string]func(){
		"page": func() { told.Page = "/tv/list/y" }, "build": func() { told.Build = "v2" }, "address": func() { told.Address = "192.0.2.7" }, "refused": func() { told.Refused = w.now },
		"clock": func() { told.Skew -= time.Minute }, "start": func() { told.Up = time.Second },
	} {
		w.now = w.now.Add(time.Second)
		if change(); !writes(told) {
			t.Errorf("another %s is not written", name)
		}
	}
	w.now = w.now.Add(time.Minute)
	if !writes(told) {
		t.Error("the same is not written after a minute")
	}
	if err := r.Remove(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Change(ctx, s.ID, func(*screen.Screen) error { return nil }); !errors.Is(err, screen.ErrNotFound) {
		t.Errorf("Change after Remove = %v", err)
	}
}

// A register that is full takes no more screens, and those that are there can be approved anew.
func TestAFullRegister(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(), t.Context()
	k := shelf.New(w.store, w.ring(t), w.clock)
	for i := range screen.MaxScreens {
		id := fmt.Sprintf("screen-%d", i)
		if _, err := shelf.Change(ctx, k, shelf.OwnerOf("screens", "", ""), shelf.Screen, id, time.Hour, func(s *screen.Screen) error { s.ID = id; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.register(t).Put(ctx, screen.Screen{Reader: grant.Reader{ID: grant.NewID(), Until: w.now.Add(time.Hour)}}); !errors.Is(err, screen.ErrTooMany) {
		t.Errorf("Put of one more = %v, want ErrTooMany", err)
	}
	if err := w.register(t).Put(ctx, screen.Screen{Reader: grant.Reader{ID: "screen-7", Until: w.now.Add(time.Hour)}}); err != nil {
		t.Errorf("Put of one that is there = %v", err)
	}
}

func mustGet(ctx context.Context, t *testing.T, r *screen.Register, id string) screen.Screen {
	t.Helper()
	s, err := r.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheck(t *testing.T) {
	t.Parallel()
	boards := func(n int) []string { return strings.Fields(strings.Repeat("a ", n)) }
	for name, tt := range map[string]struct {
		settings screen.Settings
		want     error
	}{
		"the least":         {screen.Settings{Name: "x", Boards: boards(1), Every: screen.MinEvery}, nil},
		"the most":          {screen.Settings{Name: strings.Repeat("é", 60), Boards: boards(screen.MaxBoards), Every: screen.MaxEvery}, nil},
		"no name":           {screen.Settings{Boards: boards(1), Every: time.Minute}, screen.ErrName},
		"a long name":       {screen.Settings{Name: strings.Repeat("é", 61), Boards: boards(1), Every: time.Minute}, screen.ErrName},
		"space around it":   {screen.Settings{Name: " x", Boards: boards(1), Every: time.Minute}, screen.ErrName},
		"no dashboard":      {screen.Settings{Name: "x", Every: time.Minute}, screen.ErrBoards},
		"too many":          {screen.Settings{Name: "x", Boards: boards(screen.MaxBoards + 1), Every: time.Minute}, screen.ErrBoards},
		"too quickly":       {screen.Settings{Name: "x", Boards: boards(1), Every: screen.MinEvery - 1}, screen.ErrEvery},
		"as good as never":  {screen.Settings{Name: "x", Boards: boards(1), Every: screen.MaxEvery + 1}, screen.ErrEvery},
		"nothing is chosen": {screen.Settings{}, screen.ErrName},
	} {
		if err := tt.settings.Check(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// A screen belongs to who approved it and reads as whose rights it has: the same name at another issuer is somebody else, and nobody is nobody.
func TestWhoseAScreenIs(t *testing.T) {
	t.Parallel()
	s := screen.Screen{Owner: board.Person{Issuer: "https://op", Subject: "alice", Account: "1"}, Issuer: "https://op", Subject: "wall"}
	for _, tt := range []struct {
		issuer, subject string
		owns, reads     bool
	}{
		{"https://op", "alice", true, false}, {"https://op", "wall", false, true}, {"https://other", "alice", false, false}, {"https://other", "wall", false, false}, {"https://op", "", false, false},
	} {
		if s.OwnedBy(tt.issuer, tt.subject) != tt.owns || s.ReadsAs(tt.issuer, tt.subject) != tt.reads {
			t.Errorf("%s at %s: owns %v, reads %v", tt.subject, tt.issuer, s.OwnedBy(tt.issuer, tt.subject), s.ReadsAs(tt.issuer, tt.subject))
		}
	}
	if nobody := (&screen.Screen{}); nobody.OwnedBy("", "") || nobody.ReadsAs("", "") {
		t.Error("a screen of nobody is whoever's has no name")
	}
}
