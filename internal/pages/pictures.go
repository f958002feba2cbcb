package pages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/token"
	"portico/web/templates"
)

// Pictures are what the widgets of a wall show, in their order, and what is in the way of newer ones.
type Pictures struct {
	Widgets []templates.WidgetModel
	Trouble Obstacle             // in the way of any; what only one of them lacks is its own
	Since   time.Time            // of the oldest picture that stands in for a newer one, by the data's clock
	Older   map[string]time.Time // of each that does, by widget
}

// Obstacle is why pictures are not current. Scripts read it.
type Obstacle string

// What can be in the way.
const (
	NoObstacle Obstacle = ""
	HubAway    Obstacle = "hub"
	SignInAway Obstacle = "sign-in"
)

// pictureCall bounds the reading of one picture: it is less than a poll may take.
const pictureCall = 12 * time.Second

// picture is a widget as it was drawn for a wall, for all who look at the same with the same rights.
type picture struct {
	model templates.WidgetModel
	html  []byte    // nil for what could not be drawn yet
	at    time.Time // when it was drawn, or is wanted since, by the data's clock
}

// Pictures returns what the widgets of b show on a wall. Whoever asks for the same for the same person or screen within moments gets the same picture: it is read and drawn once, for polls and for
// all who heard of it. Images are below page. While there is none, the last one stands in; without a last one the widget says that it failed. An error ends the session.
func (p *Pages) Pictures(r *Request, b board.Board, site datahub.SiteID, page string) (Pictures, error) {
	w := p.widgetReader(r, context.WithoutCancel(r.Context()), b, site, true) // what several wait for does not end when the one leaves who asked first
	w.now = w.now.Truncate(time.Minute)                                       // so that what has not changed looks the same a moment later
	all := Pictures{Widgets: make([]templates.WidgetModel, len(b.Widgets)), Older: map[string]time.Time{}}
	found := make([]sighting, len(b.Widgets))
	err := each(r.Context(), b.Widgets, func(ctx context.Context, i int, widget board.Widget) (err error) {
		found[i], err = w.picture(ctx, widget, page)
		return err
	})
	for i, s := range found {
		all.Widgets[i] = s.model
		all.judge(s)
	}
	return all, err
}

// judge notes what is in the way of a current picture. The sign-in comes first: without it nobody knows how the Data Hub is.
func (p *Pictures) judge(s sighting) {
	if s.since.IsZero() {
		return
	}
	p.Older[s.model.ID] = s.since
	if s.trouble == NoObstacle {
		return
	}
	if p.Trouble != SignInAway {
		p.Trouble = s.trouble
	}
	if p.Since.IsZero() || s.since.Before(p.Since) {
		p.Since = s.since
	}
}

// sighting is what is known of a widget now.
type sighting struct {
	model   templates.WidgetModel
	trouble Obstacle
	since   time.Time // when it was last as it should be, by the data's clock; zero when it is
}

// picture returns a widget's picture: the present one, or the last. Those who ask at the same time wait for one reading.
func (w *widgetReader) picture(ctx context.Context, widget board.Widget, page string) (sighting, error) {
	key := w.pictureKey(widget, page)
	last, at := w.lastPicture(key)
	if last.html != nil && w.real.Sub(at) < pictureLife[widget.Kind] {
		return sighting{model: w.aged(last.model)}, nil
	}
	paint := func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pictureCall)
		defer cancel()
		return w.paint(ctx, key, widget, page)
	}
	answer, err, shared := w.kept.once(key, paint)
	if err != nil && shared { // it ends the session of the one who asked, which need not be this one
		answer, err = paint()
	}
	if err != nil {
		return sighting{}, err
	}
	s := answer.(sighting)
	switch {
	case s.since.IsZero():
	case last.html != nil:
		return sighting{w.aged(last.model), s.trouble, last.at}, nil
	case !last.at.IsZero():
		s.since = last.at
	default:
		w.kept.keep(key, &picture{at: s.since}, 200, w.real, keptShown)
	}
	return s, nil
}

// lastPicture is the picture that was drawn last, and when that was; one without markup when there is none.
func (w *widgetReader) lastPicture(key keptKey) (*picture, time.Time) {
	last, at, known := w.kept.get(key, w.real)
	if !known {
		return &picture{}, at
	}
	return last.(*picture), at
}

// paint reads a widget and draws it, and keeps the picture unless something was in the way.
func (w *widgetReader) paint(ctx context.Context, key keptKey, widget board.Widget, page string) (sighting, error) {
	w, oldest := w.alone()
	m, cause, err := w.attempt(ctx, widget)
	m.Failure = nil                       // nobody presses anything there, and the wall tries again by itself
	if errors.Is(err, context.Canceled) { // whoever asked first has left
		cause, err = err, nil
	}
	if err != nil {
		return sighting{}, err
	}
	if cause != nil {
		return sighting{m, troubleOf(cause), w.r.Now}, nil
	}
	Pictured(&m, page)
	drawn, err := draw(ctx, w.r.Layout, m)
	if err != nil {
		return sighting{}, err
	}
	if since := oldest(); !since.IsZero() {
		return sighting{drawn.model, HubAway, since.Add(w.r.Now.Sub(w.real))}, nil
	}
	drawn.at = w.r.Now
	w.kept.keep(key, drawn, 2*len(drawn.html)+1000, w.real, keptShown)
	return sighting{model: drawn.model}, nil
}

// Pictured gives a widget the addresses of its pictures, below a page's own: whoever may open the page may see them, and nothing else that way. What scripts ask about a picture is for desks.
func Pictured(m *templates.WidgetModel, page string) {
	src := page + "/pictures/" + m.ID
	if m.Image != nil {
		m.Image.Src = src
	}
	if m.Carpet != nil {
		m.Carpet.Light, m.Carpet.Dark = src+"?theme=light", src+"?theme=dark"
		if !strings.HasPrefix(page, "/dashboards/") {
			m.Carpet.Values = ""
		}
	}
}

// troubleOf is what a failure says of more than one widget: a refusal, or a question that the Data Hub does not take, is an answer.
func troubleOf(cause error) Obstacle {
	if _, ok := errors.AsType[*token.UnavailableError](cause); ok {
		return SignInAway
	}
	if noAnswer(cause) || errors.Is(cause, context.Canceled) {
		return HubAway
	}
	return NoObstacle
}

// draw makes the markup of a widget as scripts get it, without what moves by itself: ages and clocks. The mark is the same as long as it looks the same.
func draw(ctx context.Context, l templates.LayoutModel, m templates.WidgetModel) (*picture, error) {
	still := m
	still.Age, still.Clock, still.Mark = "", nil, " "
	var b bytes.Buffer
	if err := templates.WallWidget(l, still).Render(ctx, &b); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b.Bytes())
	m.Mark = base64.RawURLEncoding.EncodeToString(sum[:9])
	html := bytes.Replace(b.Bytes(), []byte(`data-mark=" "`), []byte(`data-mark="`+m.Mark+`"`), 1)
	m.Drawn = templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(html)
		return err
	})
	return &picture{model: m, html: html}, nil
}

// aged tells how old a kept picture's values are by now.
func (w *widgetReader) aged(m templates.WidgetModel) templates.WidgetModel {
	if last, err := time.Parse(time.RFC3339, m.Last.ISO); err == nil {
		m.Age = w.r.Locale.T("widget.age", w.r.Locale.Duration(w.r.Now.Sub(last)))
	}
	return m
}

// pictureKey names a picture: for whom it is, in which words and zone, and what it shows at which size.
func (w *widgetReader) pictureKey(widget board.Widget, page string) keptKey {
	what, _ := json.Marshal(widget) // plain fields
	if widget.Kind != board.Image {
		page = "" // the same on every board
	}
	who := w.who
	who.Session = "" // all tabs of a person share it
	if w.r.Wall != nil {
		who.Session = "screen " + w.r.Wall.Screen // whose rights may be another's
	}
	return keptKey{who, fmt.Sprintf("picture %s %s %q %d %q %s", page, w.r.Locale.Lang(), w.r.ZoneName(), w.site, w.board.Range, what)}
}

// pictureLife is how long a picture is taken as it is. Alarms are news, what people wrote is none.
var pictureLife = func() map[board.Kind]time.Duration {
	lives := map[board.Kind]time.Duration{}
	for _, f := range board.Forms {
		lives[f.Kind] = 25 * time.Second
	}
	for _, k := range []board.Kind{board.AlarmWall, board.AlarmRibbon} {
		lives[k] = 10 * time.Second
	}
	for _, k := range []board.Kind{board.Text, board.Link} {
		lives[k] = 10 * time.Minute
	}
	return lives
}()
