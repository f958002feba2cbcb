package pages

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/shelf"
)

// The Data Hub cannot take an acknowledgement back. It is told only after undoTime, in which the portal can.
const (
	undoTime  = 10 * time.Second
	undoGrace = 20 * time.Second // after which nobody works on it any more: the process that did is gone
	undoLife  = 24 * time.Hour   // how long somebody can see that it failed
	undoMost  = 30               // acknowledgements of one person that wait or have failed
	ackMost   = 200              // alarms at once
	noteMost  = 500              // characters
)

// acknowledgement is one that waits for its time, or that the Data Hub did not take.
type acknowledgement struct {
	Alarms []datahub.AlarmID `json:"alarms"`
	Note   string            `json:"note,omitempty"`
	Due    time.Time         `json:"due"`
	Failed bool              `json:"failed,omitempty"`
	// Refused says that it failed because the person has no right to it.
	Refused bool `json:"refused,omitempty"`
}

// undoable is an acknowledgement with the name that it is undone by.
type undoable struct {
	name string
	acknowledgement
	late bool // its time has come
}

var errTooMany = errors.New("is too many at once")

// acknowledge takes the form of one or several alarms.
func (p *Pages) acknowledge(w http.ResponseWriter, r *Request) error {
	if err := p.reader(r).require(datahub.FeatureAlarms, datahub.RightWrite); err != nil {
		return err
	}
	ids, note, err := readAcknowledgement(r)
	if err != nil {
		return err
	}
	waiting, err := shelf.All[acknowledgement](r.Context(), r.Shelf, r.Owner, shelf.Undo)
	if err != nil {
		return err
	}
	if len(waiting) >= undoMost {
		return &query.Error{Param: "alarm", Err: errTooMany}
	}
	if again := r.PostForm.Get("again"); again != "" { // what failed before is tried as a new one
		if err := r.Shelf.Take(r.Context(), r.Owner, shelf.Undo, again); err != nil && !errors.Is(err, shelf.ErrNotFound) {
			return err
		}
	}
	name := rand.Text()
	_, err = shelf.Change(r.Context(), r.Shelf, r.Owner, shelf.Undo, name, undoLife, func(a *acknowledgement) error {
		*a = acknowledgement{Alarms: ids, Note: note, Due: time.Now().Add(undoTime)}
		return nil
	})
	if err != nil {
		return err
	}
	p.commitLater(r, name, undoTime)
	http.Redirect(w, r.Request, alarmsReturn(r.PostForm.Get("return_to"), ""), http.StatusSeeOther)
	return nil
}

// readAcknowledgement reads which alarms are meant: those that are ticked, or the one whose button was pressed. A storm is ticked as a whole.
func readAcknowledgement(r *Request) (ids []datahub.AlarmID, note string, err error) {
	if err := r.ParseForm(); err != nil {
		return nil, "", &query.Error{Param: "alarm", Err: query.ErrTooLong}
	}
	chosen := r.PostForm["alarm"]
	if one := r.PostForm["one"]; len(one) > 0 {
		chosen = one[:1]
	}
	for _, list := range chosen {
		for id := range strings.SplitSeq(list, ",") {
			if id == "" || len(id) > 64 || locale.Plain(id) != id {
				return nil, "", &query.Error{Param: "alarm", Err: query.ErrChoice}
			}
			if !slices.Contains(ids, datahub.AlarmID(id)) {
				ids = append(ids, datahub.AlarmID(id))
			}
		}
	}
	switch {
	case len(ids) == 0:
		return nil, "", &query.Error{Param: "alarm", Err: query.ErrChoice}
	case len(ids) > ackMost:
		return nil, "", &query.Error{Param: "alarm", Err: errTooMany}
	}
	if note, err = query.One(r.PostForm, "note", 4*noteMost); err != nil {
		return nil, "", err
	}
	return ids, strings.TrimSpace(note), nil
}

// undoAcknowledgement takes one back, as long as the Data Hub was not told; of one that failed it is told no more.
func (p *Pages) undoAcknowledgement(w http.ResponseWriter, r *Request) error {
	if err := r.ParseForm(); err != nil {
		return &query.Error{Param: "undo", Err: query.ErrTooLong}
	}
	name, err := query.One(r.PostForm, "undo", 64)
	if err != nil {
		return err
	}
	done := "undone"
	err = r.Shelf.Take(r.Context(), r.Owner, shelf.Undo, name)
	if errors.Is(err, shelf.ErrNotFound) {
		done, err = "late", nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r.Request, alarmsReturn(r.PostForm.Get("return_to"), done), http.StatusSeeOther)
	return nil
}

// alarmPlace is the path of the list, or of an alarm.
var alarmPlace = regexp.MustCompile(`^/alarms(/[A-Za-z0-9_-]{1,64})?$`)

// alarmsReturn goes back to the list or the alarm where the form was.
func alarmsReturn(path, done string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !alarmPlace.MatchString(u.Path) {
		u = &url.URL{Path: "/alarms"}
	}
	q := u.Query()
	q.Del("done")
	if done != "" && u.Path == "/alarms" {
		q.Set("done", done)
	}
	return (&url.URL{Path: u.Path, RawQuery: q.Encode()}).String()
}

// pendingOf returns what waits or has failed, the oldest first. What nobody works on any more is done now.
func (p *Pages) pendingOf(r *Request) ([]undoable, error) {
	documents, err := shelf.All[acknowledgement](r.Context(), r.Shelf, r.Owner, shelf.Undo)
	if err != nil {
		return nil, err
	}
	var list []undoable
	for _, d := range documents {
		waited := time.Since(d.Value.Due)
		list = append(list, undoable{d.Name, d.Value, !d.Value.Failed && waited > 0})
		if !d.Value.Failed && waited > undoGrace {
			p.commitLater(r, d.Name, 0)
		}
	}
	slices.SortFunc(list, func(a, b undoable) int { return a.Due.Compare(b.Due) })
	return list, nil
}

// commitLater tells the Data Hub after wait, if nobody took the acknowledgement back.
func (p *Pages) commitLater(r *Request, name string, wait time.Duration) {
	hub, keeper, owner := r.Hub, r.Shelf, r.Owner
	r.Later("acknowledging alarms", wait, func(ctx context.Context) error { return commit(ctx, hub, keeper, owner, name) })
}

// commit takes the acknowledgement, so that nobody else does the same and nobody can undo it any more, and puts back what the Data Hub did not take.
func commit(ctx context.Context, hub *datahub.Client, keeper *shelf.Keeper, owner shelf.Owner, name string) error {
	a, err := shelf.Get[acknowledgement](ctx, keeper, owner, shelf.Undo, name)
	if err == nil {
		err = keeper.Take(ctx, owner, shelf.Undo, name)
	}
	if errors.Is(err, shelf.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	left, err := acknowledgeAll(ctx, hub, a)
	if len(left) == 0 {
		return nil
	}
	_, kept := shelf.Change(context.WithoutCancel(ctx), keeper, owner, shelf.Undo, name, undoLife, func(back *acknowledgement) error { // ctx may have ended over the Data Hub
		*back = acknowledgement{Alarms: left, Note: a.Note, Due: a.Due, Failed: true, Refused: errors.Is(refused(err), ErrForbidden)}
		return nil
	})
	return fmt.Errorf("%d of %d alarms not acknowledged: %w", len(left), len(a.Alarms), errors.Join(err, kept))
}

// acknowledgeAll returns the alarms that were not acknowledged, with one of the reasons. One that is no more needs nobody's attention; one whose answer was lost is looked at.
func acknowledgeAll(ctx context.Context, hub *datahub.Client, a acknowledgement) (left []datahub.AlarmID, why error) {
	var mu sync.Mutex
	_ = each(ctx, a.Alarms, func(ctx context.Context, _ int, id datahub.AlarmID) error {
		err := hub.AcknowledgeAlarm(ctx, id, a.Note)
		if err != nil && !errors.Is(err, datahub.ErrNotFound) && !(datahub.Unsure(err) && isAcknowledged(ctx, hub, id)) {
			mu.Lock()
			defer mu.Unlock()
			left, why = append(left, id), err
		}
		return nil
	})
	return left, why
}

func isAcknowledged(ctx context.Context, hub *datahub.Client, id datahub.AlarmID) bool {
	a, err := hub.Alarm(ctx, id)
	return err == nil && a.Latest != nil && a.Latest.State.Acknowledged
}
