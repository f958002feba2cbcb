package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/query"
	"portico/internal/session"
	"portico/web/templates"
)

const (
	auditPath = "/admin/audit"
	auditPage = 50 // events
)

var (
	errTime  = errors.New("is not a time such as 2026-11-26T14:30")
	errRange = errors.New("is not before the end")
	errPlace = errors.New("is no place in the list")
)

// auditQuery is what the page of the audit log is asked for, as it was typed, and what is wrong with it.
type auditQuery struct {
	from, to, kind, person, session string
	filter                          audit.Filter
	errors                          map[string]error
}

// auditPage shows the audit log, newest first.
func (s *Server) auditPage(w http.ResponseWriter, r *http.Request) error {
	sess, _ := session.FromContext(r.Context())
	q := s.parseAuditQuery(r.URL.Query(), sess.Identity.Issuer)
	if len(q.errors) > 0 {
		eventOf(r.Context()).Err = errors.New("filter of the audit log cannot be read")
		return s.render(w, r, http.StatusBadRequest, templates.AdminAudit(s.presentAudit(r, q, nil)))
	}
	f := q.filter
	f.Limit++ // one more tells whether there is another page
	events, err := s.config.Audit.List(r.Context(), f)
	if err != nil {
		return &storeError{err}
	}
	return s.render(w, r, http.StatusOK, templates.AdminAudit(s.presentAudit(r, q, events)))
}

// parseAuditQuery reads the filter. People and sessions are looked for by the references that the page shows, and by what the operator knows them by elsewhere: the
// subject, and the session's id in the log. References of keys that are still in the ring are found, too.
func (s *Server) parseAuditQuery(v url.Values, issuer string) auditQuery {
	q := auditQuery{errors: map[string]error{}, filter: audit.Filter{Limit: auditPage}}
	text := func(name string, longest int) string {
		value, err := query.One(v, name, longest)
		if err != nil {
			q.errors[name] = err
		}
		return strings.TrimSpace(value)
	}
	q.from, q.to, q.kind, q.person, q.session = text("from", 40), text("to", 40), text("kind", 40), text("person", 255), text("session", 64)
	q.filter.From, q.filter.To = q.time("from", q.from), q.time("to", q.to)
	if len(q.errors) == 0 && !q.filter.To.IsZero() && !q.filter.From.Before(q.filter.To) {
		q.errors["from"] = errRange
	}
	if kind := audit.Kind(q.kind); slices.Contains(audit.Kinds(), kind) {
		q.filter.Kinds = []audit.Kind{kind}
	} else if q.kind != "" {
		q.errors["kind"] = query.ErrChoice
	}
	if q.person != "" {
		q.filter.Persons = append(s.config.Keys.PersonReferences(issuer, q.person), q.person)
	}
	if q.session != "" {
		q.filter.Sessions = append(s.config.Keys.SessionReferences(q.session), q.session)
	}
	q.filter.Before, q.filter.After = q.place("before", text("before", 64)), q.place("after", text("after", 64))
	return q
}

// time reads a time in UTC, to the minute or the second, or the beginning of a day.
func (q *auditQuery) time(name, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 2000 && t.Year() < 3000 {
			return t.UTC()
		}
	}
	q.errors[name] = errTime
	return time.Time{}
}

// place reads the id of an event, from which the list goes on.
func (q *auditQuery) place(name, id string) string {
	if id != "" && (len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "") {
		q.errors[name] = errPlace
	}
	return id
}

// address is the page with this filter and something changed: pairs of names and values.
func (q *auditQuery) address(pairs ...string) string {
	return query.With(auditPath, append([]string{"from", q.from, "to", q.to, "kind", q.kind, "person", q.person, "session", q.session}, pairs...)...)
}
