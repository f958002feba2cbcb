package pages

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/secret"
	"portico/internal/token"
)

// wallOf is a board with one figure and the list of alarms.
func wallOf() board.Board {
	b := board.Board{Title: "x"}
	b.Add(board.BigNumber)
	b.Add(board.AlarmWall)
	b.Widgets[0].ID, b.Widgets[0].Series = "number", []string{"80101"}
	b.Widgets[1].ID = "alarms"
	return b
}

// pictures reads a board as a wall of the bench's person does.
func (b *bench) pictures(of board.Board) Pictures {
	b.Helper()
	p, err := b.pages.Pictures(b.request(nil, httptest.NewRequest(http.MethodGet, "/tv/x", nil)), of, 0, "/tv/x")
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// age lets time pass for what is kept.
func (b *bench) age(by time.Duration) {
	b.pages.kept.mu.Lock()
	defer b.pages.kept.mu.Unlock()
	for e := b.pages.kept.order.Front(); e != nil; e = e.Next() {
		e.Value.(*keptEntry).at = e.Value.(*keptEntry).at.Add(-by)
	}
}

// drawn is the markup of a widget as scripts get it.
func (b *bench) drawn(p Pictures, i int) string {
	b.Helper()
	var out strings.Builder
	if err := p.Widgets[i].Drawn.Render(b.Context(), &out); err != nil {
		b.Fatal(err)
	}
	return out.String()
}

// Many screens that show the same to a person cost the Data Hub and the portal one picture, also in another session; another person, language and size has one of its own.
func TestPicturesAreDrawnOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.pictures(wallOf())
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusInternalServerError}}) // whoever asks now would see it
	b.who.Session = "another"
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if p := b.pictures(wallOf()); p.Trouble != NoObstacle || p.Widgets[0].Mark != first.Widgets[0].Mark {
				t.Errorf("%s, mark %s, want %s", p.Trouble, p.Widgets[0].Mark, first.Widgets[0].Mark)
			}
		})
	}
	all.Wait()
	if html := b.drawn(first, 0); !strings.Contains(html, `data-mark="`+first.Widgets[0].Mark+`"`) || strings.Count(html, "<section") != 1 {
		t.Errorf("drawn as %.300s", html)
	}
	b.who.Subject = "bob"
	if p := b.pictures(wallOf()); p.Trouble != HubAway || p.Widgets[0].Mark != "" || p.Widgets[0].State != "failed" {
		t.Errorf("another person sees %+v", p.Widgets[0])
	}
}

// What has not changed has the same mark, and what has another one; ages and clocks do not count.
func TestMarksFollowWhatIsSeen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = moment.Truncate(time.Hour).Add(20 * time.Minute)
	first := b.pictures(wallOf())
	b.pages.kept = newKept()
	b.now = b.now.Add(20 * time.Second)
	second := b.pictures(wallOf())
	for i := range first.Widgets {
		if first.Widgets[i].Mark == "" || first.Widgets[i].Mark != second.Widgets[i].Mark {
			t.Errorf("%s: %q, then %q within the same minute", first.Widgets[i].ID, first.Widgets[i].Mark, second.Widgets[i].Mark)
		}
	}
	b.pages.kept = newKept()
	b.now = b.now.Add(time.Hour)
	if later := b.pictures(wallOf()); later.Widgets[0].Mark == first.Widgets[0].Mark {
		t.Error("an hour later the figure has the same mark")
	}
}

// unanswered is somebody for whom there is no token at the moment.
type unanswered struct{}

func (unanswered) Token(context.Context) (secret.Text, error) {
	return secret.Text{}, &token.UnavailableError{Err: errors.New("connection refused")}
}
func (unanswered) Renew(context.Context, secret.Text) (secret.Text, error) {
	return secret.Text{}, errors.New("no other token")
}

// While the Data Hub or the sign-in is away, the last pictures stay as they were, with the time since when.
func TestPicturesOutliveOutages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := b.pictures(wallOf())
	read := func(ts datahub.TokenSource) Pictures {
		t.Helper()
		b.age(30 * time.Second)
		r := b.request(nil, httptest.NewRequest(http.MethodGet, "/tv/x", nil))
		r.Hub = b.hub.Client(ts)
		p, err := b.pages.Pictures(r, wallOf(), 0, "/tv/x")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusServiceUnavailable}})
	for what, p := range map[Obstacle]Pictures{HubAway: read(always{"alice"}), SignInAway: read(unanswered{})} {
		if p.Trouble != what || p.Since.IsZero() || p.Since.After(moment) {
			t.Errorf("%s: %q since %v", what, p.Trouble, p.Since)
		}
		for i, w := range p.Widgets {
			if w.Mark != before.Widgets[i].Mark || w.State == "failed" {
				t.Errorf("%s: %s is %q with mark %q, was %q", what, w.ID, w.State, w.Mark, before.Widgets[i].Mark)
			}
		}
	}
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusForbidden}})
	if p := read(always{"alice"}); p.Trouble != NoObstacle || p.Widgets[0].State != "empty" {
		t.Errorf("what may not be seen is in the way of nothing: %q, %q", p.Trouble, p.Widgets[0].State)
	}
	b.faults.Set()
	well := read(always{"alice"})
	if well.Trouble != NoObstacle || len(well.Older) != 0 {
		t.Errorf("when all is well again: %q, %v", well.Trouble, well.Older)
	}
	for status, trouble := range map[int]Obstacle{http.StatusInternalServerError: HubAway, http.StatusBadRequest: NoObstacle} { // an answer is no absence
		b.faults.Set(fault.Rule{Fault: fault.Fault{Status: status}, Path: "/alarms"})
		p := read(always{"alice"})
		if _, alarms := p.Older["alarms"]; p.Trouble != trouble || len(p.Older) != 1 || !alarms || p.Widgets[1].Mark != well.Widgets[1].Mark {
			t.Errorf("%d of one of them: %q, older %v, mark %q, was %q", status, p.Trouble, p.Older, p.Widgets[1].Mark, well.Widgets[1].Mark)
		}
	}
}

// A widget of which there is no picture yet is wanted since the same moment, however often it is asked for, and a last picture stays for longer than other answers do.
func TestPicturesAreWantedSinceOneMoment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = moment
	drawn, again := b.pictures(wallOf()), wallOf()
	again.Widgets = append(again.Widgets, again.Widgets[0])
	again.Widgets[2].ID, again.Widgets[2].Title = "new", "New"
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusServiceUnavailable}})
	b.age(3 * time.Hour)
	p := b.pictures(again)
	since := p.Older["new"]
	if p.Widgets[0].Mark != drawn.Widgets[0].Mark || p.Widgets[2].State != "failed" || since.IsZero() {
		t.Fatalf("after three hours: %q, the new one %q since %v", p.Widgets[0].Mark, p.Widgets[2].State, since)
	}
	b.now = b.now.Add(time.Minute)
	if p := b.pictures(again); !p.Older["new"].Equal(since) {
		t.Errorf("a minute later it is wanted since %v, was %v", p.Older["new"], since)
	}
}

// A wall has no controls, so that its polls do not ask what the person may do.
func TestWallsAskForNoRights(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.request(nil, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/tv/x", nil))
	for wall, want := range map[bool]bool{true: false, false: true} {
		if asks := b.pages.widgetReader(r, t.Context(), wallOf(), 0, wall).rights != nil; asks != want {
			t.Errorf("wall %t: asks %t", wall, asks)
		}
	}
}
