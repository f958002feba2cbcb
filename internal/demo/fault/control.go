package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// ControlPath is where a server shows its faults, and lets programs of the same machine switch them.
const ControlPath = "/faults"

// Whose says whose tokens are meant: those of one session at the identity server, of one person, or everybody's if both are empty.
type Whose struct {
	SID     string `json:"sid"`
	Subject string `json:"subject"`
}

// Are reports whether tokens of a session and a person are meant.
func (w Whose) Are(sid, subject string) bool {
	return (w.SID == "" || w.SID == sid) && (w.Subject == "" || w.Subject == subject)
}

// Order is what a server does once when it is told to, such as changing its keys.
type Order func(Whose) error

const mostControl = 16 << 10 // bytes of a request

// Control puts the switch's own paths in front of next: GET ControlPath shows what is switched on, POST sets it, DELETE ends it; POST ControlPath/NAME gives an order. Faults do
// not strike them. Other machines, and pages of other origins, are refused.
func Control(s *Switch, orders map[string]Order, next http.Handler) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET "+ControlPath, func(w http.ResponseWriter, _ *http.Request) { s.show(w) })
	m.HandleFunc("POST "+ControlPath, s.post)
	m.HandleFunc("DELETE "+ControlPath, func(w http.ResponseWriter, _ *http.Request) {
		s.Clear()
		s.show(w)
	})
	for name, order := range orders {
		m.HandleFunc("POST "+ControlPath+"/"+name, order.serve)
	}
	m.Handle("/", next)
	guarded := local(http.NewCrossOriginProtection().Handler(m))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := m.Handler(r); pattern == "/" {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// local refuses who is not on this machine, and what a page of another origin has asked for.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		site := r.Header.Get("Sec-Fetch-Site")
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() || site != "" && site != "none" && site != "same-origin" {
			refuse(w, http.StatusForbidden, errors.New("faults are switched on this machine only, and by no page of another origin"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostControl)
		next.ServeHTTP(w, r)
	})
}

// shown is the switch as JSON.
type shown struct {
	Faults []shownRule `json:"faults"`
	Clock  string      `json:"clock"`  // how far it is ahead
	Struck int         `json:"struck"` // requests since faults were set or ended
}

type shownRule struct {
	ID     int        `json:"id"`
	Fault  string     `json:"fault"` // as Parse reads it
	On     bool       `json:"on"`
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until,omitempty"`
	Struck int        `json:"struck"`
}

func (s *Switch) show(w http.ResponseWriter) {
	m := shown{Faults: []shownRule{}, Clock: brief(s.Offset()), Struck: s.Struck()}
	for _, state := range s.Rules() {
		one := shownRule{ID: state.ID, Fault: state.Rule.String(), On: state.On, From: state.From.UTC(), Struck: state.Struck}
		if !state.Until.IsZero() {
			until := state.Until.UTC()
			one.Until = &until
		}
		m.Faults = append(m.Faults, one)
	}
	answer(w, http.StatusOK, m)
}

// post sets the faults of the body instead of those that there are, and the clock if the body speaks of it.
func (s *Switch) post(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Faults []string `json:"faults"`
		Clock  *string  `json:"clock"`
	}
	err := read(r, &body)
	var rules []Rule
	for _, text := range body.Faults {
		rule, wrong := Parse(text)
		rules, err = append(rules, rule), errors.Join(err, wrong)
	}
	var offset time.Duration
	if body.Clock != nil {
		var wrong error
		offset, wrong = ParseOffset(*body.Clock)
		err = errors.Join(err, wrong)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	s.Set(rules...)
	if body.Clock != nil {
		s.SetOffset(offset)
	}
	s.show(w)
}

// ParseOffset reads how far a clock is ahead, at most a day either way.
func ParseOffset(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d.Abs() > longestFault {
		return 0, fmt.Errorf("%.40q is no offset of a clock; write 5m or -5m, at most 24h", text)
	}
	return d, nil
}

func (o Order) serve(w http.ResponseWriter, r *http.Request) {
	var whose Whose
	if err := read(r, &whose); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	if err := o(whose); err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// read reads a body that is one JSON object. Without a body there is nothing to read; forms, which pages can send anywhere, are refused.
func read(r *http.Request, v any) error {
	if r.ContentLength == 0 {
		return nil
	}
	if r.Header.Get("Content-Type") != "application/json" {
		return errors.New("send Content-Type: application/json")
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("send one JSON object: %w", err)
	}
	return nil
}

func refuse(w http.ResponseWriter, status int, err error) {
	answer(w, status, map[string]string{"message": err.Error()})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
