package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/dashboards"
	"portico/internal/datahub"
	"portico/internal/live"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/internal/session"
)

// Bounds of event streams. A browser has one for all its tabs, and more only where its tabs cannot talk to each other.
const (
	streamsAtOnce     = 12_000
	streamsPerSession = 8
	streamWrite       = 10 * time.Second // for one message; who does not read it in time is cut off
	maxEventID        = 64
	boardsPerStream   = 16 // that a wall turns through
	maxBoardName      = 60 // of one of them
)

// contract is raised when what open pages ask for or are told changes so that those of an older build cannot go on: they load themselves again at once, not at a quiet hour.
const contract = 1

// holdStream takes one of the process's streams and one of the session's.
func (s *Server) holdStream(r *http.Request, id session.ID) (release func(), err error) {
	one := s.limits.streams.Take(struct{}{})
	if one == nil {
		s.tellLimit(r.Context(), "streams")
		return nil, &pageError{Status: http.StatusServiceUnavailable, Kind: kindBusy, RetryAfter: busyRetry, Err: errors.New("more streams than this process takes")}
	}
	own := s.limits.streamsOf.Take(id)
	if own == nil {
		one()
		return nil, s.tooMany(r, "streams", busyRetry)
	}
	return func() { own(); one() }, nil
}

// live tells an open page what changes: GET /live?topics=alarms,freshness&boards=id. It answers text/event-stream (HTML standard, section 9.2) with live's own events and one per topic, and
// goes on where Last-Event-ID says, or the parameter last, for scripts that cannot set headers.
func (s *Server) live(w http.ResponseWriter, r *http.Request) error {
	sess, _ := session.FromContext(r.Context())
	topics, err := s.topics(w, r, sess)
	if err != nil {
		return err
	}
	release, err := s.holdStream(r, sess.Handle.ID())
	if err != nil {
		return err
	}
	defer release()
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		if last, err = query.One(r.URL.Query(), "last", maxEventID); err != nil {
			return err
		}
	}
	stream, err := s.streams.Open(topics, last)
	if err != nil {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindBusy, RetryAfter: busyRetry, Err: err}
	}
	out := newEventWriter(w)
	err = stream.Run(r.Context(), s.watchSession(r.Context(), sess), out.send)
	if err != nil && !errors.Is(err, context.Canceled) {
		note(r.Context(), slog.String("stream_end", err.Error()))
	}
	return nil // there is no other answer any more
}

// topics reads which topics are wanted; all of them when none is named. Streams of the same person and account share their polls, whichever session they
// belong to; a screen's has its own, because its rights may be refused while the person's are not.
func (s *Server) topics(w http.ResponseWriter, r *http.Request, sess *session.Session) ([]live.Topic, error) {
	text, err := query.One(r.URL.Query(), "topics", 200)
	if err != nil {
		return nil, err
	}
	names := strings.Split(text, ",")
	var topics []live.Topic
	for _, f := range s.pages.Feeds() {
		if text != "" && !slices.Contains(names, f.Name) {
			continue
		}
		topics = append(topics, live.Topic{Name: f.Name, Every: f.Every, Key: topicKey(r, sess, f.Name), Poll: s.pollOf(r.Context(), f, s.hub(r), whoAsks(sess))})
	}
	if text != "" && len(topics) != len(names) {
		return nil, badRequest("topics", query.ErrChoice)
	}
	boards, err := s.boardTopics(w, r, sess)
	return append(topics, boards...), err
}

// topicKey names what is asked, and for whom.
func topicKey(r *http.Request, sess *session.Session, what ...string) string {
	id := sess.Identity
	key := append(what, id.Issuer, id.Subject, id.Account)
	if scr, ok := screenOf(r.Context()); ok {
		key = append(key, scr.ID)
	}
	return strings.Join(key, "\x00")
}

// boardTopics are the boards of a wall, in the words and the zone of whoever looks: boards=id,id.site.
func (s *Server) boardTopics(w http.ResponseWriter, r *http.Request, sess *session.Session) ([]live.Topic, error) {
	text, err := query.One(r.URL.Query(), "boards", boardsPerStream*maxBoardName)
	if err != nil || text == "" {
		return nil, err
	}
	names := strings.Split(text, ",")
	if len(names) > boardsPerStream {
		return nil, badRequest("boards", query.ErrTooLong)
	}
	page, err := s.wallRequest(w, r)
	if err != nil {
		return nil, err
	}
	page.Request = r.WithContext(context.WithoutCancel(r.Context())) // others who share the poll stay when this reader leaves
	scr, onScreen := screenOf(r.Context())
	var topics []live.Topic
	for _, name := range names {
		id, text, _ := strings.Cut(name, ".")
		site, _ := query.ParseID(text) // what is no site has no state either
		shown := !onScreen || scr.Shows(id, site)
		topics = append(topics, live.Topic{
			Name: "board", Every: dashboards.StateEvery, Key: topicKey(r, sess, "board", name, page.Locale.Lang(), page.ZoneName(), strconv.FormatBool(shown)),
			Poll: s.pollOfBoard(r.Context(), page, name, shown),
		})
	}
	return topics, nil
}

// pollOfBoard reads the state of a board. One that is not shown, because the screen's list has changed since, is the same as one that is gone.
func (s *Server) pollOfBoard(request context.Context, page *pages.Request, name string, shown bool) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		if !shown {
			return encoded(dashboards.State{Board: name, Gone: true}, nil)
		}
		own := *page
		own.Now = s.now()
		return encoded(s.dashboards.State(onBehalf{ctx, request}, &own, name))
	}
}

// pollOf reads a feed with the rights of the request that opened the stream, and with what else is known of it but its log line, which is written by then.
func (s *Server) pollOf(request context.Context, f pages.Feed, hub *datahub.Client, who pages.Who) func(context.Context) ([]byte, error) {
	return func(ctx context.Context) ([]byte, error) {
		return encoded(f.Read(onBehalf{ctx, request}, hub, who, s.now()))
	}
}

// encoded is a state as it is told.
func encoded[T any](state T, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(state)
}

// onBehalf is a context with the values of the request that something is done for, and its own end.
type onBehalf struct {
	context.Context
	request context.Context
}

// Value implements [context.Context].
func (c onBehalf) Value(key any) any {
	if v := c.Context.Value(key); v != nil || key == (eventKey{}) {
		return v
	}
	return c.request.Value(key)
}

// Streams returns how many event streams are open.
func (s *Server) Streams() int { return s.limits.streams.Held(struct{}{}) }

// eventWriter writes events as they come. The limits of the connection, which are for requests that end, do not hold for it; each message has one of its own.
type eventWriter struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	frames []byte
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	e := &eventWriter{w: w, rc: http.NewResponseController(w)}
	_ = e.rc.SetReadDeadline(time.Time{}) // not every connection has one, and those without need none
	return e
}

func (e *eventWriter) send(events []live.Event) error {
	e.frames = e.frames[:0]
	for _, x := range events {
		e.frames = live.AppendFrame(e.frames, x)
	}
	_ = e.rc.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := e.w.Write(e.frames); err != nil {
		return err
	}
	return e.rc.Flush()
}
