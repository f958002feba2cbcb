package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// Panel is a part of a page that is made by itself: what it waits for holds up nothing else, and what it fails with stays with it.
type Panel struct {
	Name string                // by which it is asked for
	To   *templates.PanelModel // what the page says of it
	// Make reads and presents what the panel shows, and returns what puts that into the page's model. It stops when ctx ends. Panels are made side by side, what they return is called one after the other.
	Make func(ctx context.Context) (put func(), err error)
}

// panelGrace is what panels have at least, also when the rest of the page took its time: some need nobody's answer.
const panelGrace = 50 * time.Millisecond

// made is a panel that is ready, or has failed.
type made struct {
	panel Panel
	put   func()
	err   error
	panic *crew.Panic // what its making ended with
}

// Fill makes panels side by side and calls render when all are there, or when r.Until has come: those that are not are then on their way, and a script asks for them by their names. When it does, Fill makes
// those that were asked for, and calls render for each as soon as it is there. An error is what ends the session, or render's.
func (r *Request) Fill(panels []Panel, render func() error) error {
	ctx, cancel := context.WithTimeout(r.Context(), r.panelTime())
	defer cancel()
	for _, p := range panels {
		*p.To = templates.PanelModel{Name: p.Name, From: r.From + p.Name, State: "waiting"}
	}
	wanted := slices.DeleteFunc(slices.Clone(panels), func(p Panel) bool { return len(r.Parts) > 0 && !slices.Contains(r.Parts, p.Name) })
	if len(r.Parts) > 0 && len(wanted) == len(r.Parts) {
		return r.send(ctx, wanted, render)
	}
	return r.whole(ctx, panels, render)
}

// whole renders the page once, with what is there by then.
func (r *Request) whole(ctx context.Context, panels []Panel, render func() error) error {
	ready, late := begin(ctx, panels), r.late()
	for left := len(panels); left > 0; {
		select {
		case m := <-ready:
			left--
			if err := r.place(m); err != nil {
				return err
			}
		case <-late:
			r.Layout.Whole = r.Whole
			left = 0
		}
	}
	return render()
}

// late comes when the page is to be rendered with what there is; never for those who wait for all of it.
func (r *Request) late() <-chan time.Time {
	if r.Until.IsZero() {
		return nil
	}
	return time.After(max(time.Until(r.Until), panelGrace))
}

// send renders panels one by one, as they come.
func (r *Request) send(ctx context.Context, panels []Panel, render func() error) error {
	for ready := begin(ctx, panels); len(panels) > 0; panels = panels[1:] {
		m := <-ready
		if err := r.place(m); err != nil {
			return err
		}
		r.Part = m.panel.Name
		if err := render(); err != nil {
			return err
		}
	}
	return nil
}

func begin(ctx context.Context, panels []Panel) <-chan made {
	ready := make(chan made, len(panels))
	for _, p := range panels {
		go func() { ready <- p.made(ctx) }()
	}
	return ready
}

// made makes a panel. A panic goes on where the request is served.
func (p Panel) made(ctx context.Context) (m made) {
	defer func() {
		if v := recover(); v != nil {
			m = made{panel: p, panic: crew.Caught(v)}
		}
	}()
	put, err := p.Make(ctx)
	return made{panel: p, put: put, err: err}
}

// place puts a panel that was made into the page, or what became of it.
func (r *Request) place(m made) error {
	if m.panic != nil {
		panic(m.panic)
	}
	m.panel.To.State = ""
	if m.err == nil {
		m.put()
		return nil
	}
	if ends := endsSession(m.err); ends != nil && (!errors.Is(ends, context.Canceled) || r.Context().Err() != nil) {
		return ends
	}
	m.panel.To.State, m.panel.To.Failure = "failed", &templates.FailureModel{Text: Trouble(m.err, r.Locale), RetryTo: r.Layout.ReturnTo, RequestID: r.Layout.RequestID, Part: m.panel.Name}
	return nil
}

// Trouble says in words why something could not be read.
func Trouble(err error, l locale.Locale) string {
	if e, ok := errors.AsType[*datahub.StatusError](err); ok {
		switch e.Status {
		case http.StatusTooManyRequests:
			return l.T("trouble.busy")
		case http.StatusForbidden, http.StatusNotFound:
			return l.T("trouble.refused")
		}
		return l.T("trouble.status", e.Status)
	}
	switch {
	case errors.Is(err, datahub.ErrNotFound), errors.Is(err, ErrNotFound):
		return l.T("trouble.refused")
	case errors.Is(err, context.DeadlineExceeded):
		return l.T("trouble.slow")
	case errors.Is(err, datahub.ErrMalformed), errors.Is(err, datahub.ErrTooLarge):
		return l.T("trouble.answer")
	}
	return l.T("trouble.away")
}
