// Package audit keeps the record of what decides who may do what: sign-ins, sign-outs, refusals, what operators did. Events are added without waiting, written to a
// store in the background, and read again newest first. They name people and sessions by keyed references only, and hold no secret.
package audit

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Kind says what happened. Kinds are stable: they stand in the store, in the log and in addresses.
type Kind string

// The kinds of events.
const (
	SignIn         Kind = "sign-in"         // somebody was signed in
	SignInFailed   Kind = "sign-in-failed"  // a sign-in came back and was refused; the reason is the check that it failed
	SignOut        Kind = "sign-out"        // here, from another browser, everywhere, by the identity server
	SessionEnd     Kind = "session-end"     // a session ended; the reason is one of session's
	RefreshRefused Kind = "refresh-refused" // a session's refresh token was refused for good, or given up
	Screen         Kind = "screen"          // somebody paired a screen, changed what it shows, or revoked it
	Share          Kind = "share"           // somebody made a link to a dashboard, or revoked one
	CrossSite      Kind = "cross-site"      // another website tried to act or read
	Integrity      Kind = "integrity"       // a record did not open, or was not the one that was asked for
	Limit          Kind = "limit"           // a limit was reached; the reason is its name
	Start          Kind = "start"           // a process began, with its configuration
	Stop           Kind = "stop"            // a process ended well
	Operator       Kind = "operator"        // a command of the operator; the reason is the command
)

// Kinds are all kinds, in the order in which people are offered them.
func Kinds() []Kind {
	return []Kind{SignIn, SignInFailed, SignOut, SessionEnd, RefreshRefused, Screen, Share, CrossSite, Integrity, Limit, Operator, Start, Stop}
}

// anybody reports whether strangers can cause events of the kind, so that they must be sampled.
func (k Kind) anybody() bool {
	switch k {
	case SignInFailed, CrossSite, Integrity, Limit:
		return true
	}
	return false
}

// Event is one entry. All texts are short and printable; what a member does not know is "".
type Event struct {
	ID      string    // set by Log.Add: 32 hexadecimal digits, later events have greater ones
	Time    time.Time // UTC, to a millisecond; set by Log.Add
	Kind    Kind
	Reason  string // one of a few words of ours
	Request string // id of the request, as the log and error pages show it
	Client  string // address of the client
	Issuer  string
	Person  string // keyed reference of issuer and subject
	Session string // keyed reference of the session
	Details map[string]string
}

// Filter says which events List returns. Zero members let everything pass.
type Filter struct {
	From, To time.Time // [From, To)
	Kinds    []Kind
	Persons  []string // any of the references
	Sessions []string // any of the references
	Before   string   // id: only earlier events
	After    string   // id: only later ones, those next to it
	Limit    int      // how many; required
}

// Store keeps events. All methods may be called concurrently, also from several processes on one database. Implementations pass storetest.Audit.
type Store interface {
	// Append adds events, all or none of them. An event whose id is there already changes nothing, so that a caller who did not hear the answer may ask again.
	Append(ctx context.Context, events []Event) error
	// List returns the events that f lets pass, newest first.
	List(ctx context.Context, f Filter) ([]Event, error)
	// DeleteBefore removes up to limit events from before t, the oldest first, and returns how many.
	DeleteBefore(ctx context.Context, t time.Time, limit int) (int, error)
}

// Match reports whether f lets e pass, whatever f.Limit says.
func (f Filter) Match(e Event) bool {
	return (f.From.IsZero() || !e.Time.Before(f.From)) && (f.To.IsZero() || e.Time.Before(f.To)) && among(f.Kinds, e.Kind) && among(f.Persons, e.Person) && among(f.Sessions, e.Session) &&
		(f.Before == "" || e.ID < f.Before) && (f.After == "" || e.ID > f.After)
}

func among[T comparable](list []T, v T) bool {
	for _, one := range list {
		if one == v {
			return true
		}
	}
	return len(list) == 0
}

// Origin is where an event came from.
type Origin struct {
	Request string // id of the request
	Client  string // address of the client
}

type originKey struct{}

// NewContext returns a context whose events come from o.
func NewContext(ctx context.Context, o *Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

func originOf(ctx context.Context) Origin {
	if o, ok := ctx.Value(originKey{}).(*Origin); ok {
		return *o
	}
	return Origin{}
}

// attrs are the event as the log has it.
func (e Event) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("event", string(e.Kind))}
	for _, a := range []struct{ key, value string }{{"reason", e.Reason}, {"request_id", e.Request}, {"client", e.Client}, {"issuer", e.Issuer}, {"person", e.Person}, {"session", e.Session}} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.key, a.value))
		}
	}
	if len(e.Details) > 0 {
		var details []any
		for _, key := range slices.Sorted(maps.Keys(e.Details)) {
			details = append(details, slog.String(key, e.Details[key]))
		}
		attrs = append(attrs, slog.Group("details", details...))
	}
	return attrs
}

// clean shortens texts and replaces what cannot be shown, so that every store can keep an event and nobody can blow one up.
func (e Event) clean() Event {
	for _, text := range []*string{&e.Reason, &e.Request, &e.Client, &e.Issuer, &e.Person, &e.Session} {
		*text = printable(*text)
	}
	details := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(e.Details)) {
		if value := printable(e.Details[key]); value != "" && len(details) < detailsMost {
			details[printable(key)] = value
		}
	}
	e.Details = details
	return e
}

func printable(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), textMost)], "")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
