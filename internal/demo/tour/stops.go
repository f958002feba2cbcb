package tour

import (
	"net/http"
	"strconv"
	"strings"

	"portico/web/templates"
)

// stop is a page that the tour leads to. Its words are in the catalogue, by its number.
type stop struct {
	path   string // local, perhaps with a query and a fragment
	public bool   // a guest may see it
}

// stops are the tour, in order.
func stops(p Places, flow string) []stop {
	return []stop{{startPath, true}, {"/overview", false}, {p.Alarm, false}, {p.Explore, false}, {p.Carpet, false}, {p.Wall, false}, {flow, false}, {listPath + "#home", true}}
}

// href is the address of a stop, by its number from 1.
func (t *Tour) href(n int) string {
	path, fragment, _ := strings.Cut(t.stops[n-1].path, "#")
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	path += separator + param + "=" + strconv.Itoa(n)
	if fragment != "" {
		path += "#" + fragment
	}
	return path
}

// way is the address that leads whoever looks to a stop: a guest signs in on the way to what guests do not see.
func (t *Tour) way(n int, guest bool) string {
	if guest && !t.stops[n-1].public {
		return t.signIn(t.c.People[0].Hint, t.href(n))
	}
	return t.href(n)
}

// The tour is on while the address or the browser says where it is.
const (
	param  = "tour"
	cookie = "portico-demo-tour"
)

// at returns the number of the stop that a request is at; 0 while the tour is off.
func (t *Tour) at(r *http.Request) int {
	text := r.URL.Query().Get(param)
	if c, err := r.Cookie(cookie); text == "" && err == nil {
		text = c.Value
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > len(t.stops) {
		return 0
	}
	return n
}

// Around lets the browser remember where the tour is, so that it goes on when somebody follows another link. It is forgotten with the browser's window, or when the tour is left.
func (t *Tour) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Query().Has(param) {
			c := &http.Cookie{Name: cookie, Value: strconv.Itoa(t.at(r)), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(t.c.Portal, "https:")}
			if c.Value == "0" {
				c.Value, c.MaxAge = "", -1
			}
			http.SetCookie(w, c)
		}
		next.ServeHTTP(w, r)
	})
}

// Frame puts the tour's bar above each page while the tour is on.
func (t *Tour) Frame(r *http.Request, m *templates.LayoutModel) {
	n := t.at(r)
	if n == 0 {
		return
	}
	dress(m)
	m.Above = bar(t.bar(n, *m))
}

func (t *Tour) bar(n int, l templates.LayoutModel) barModel {
	guest, number := l.Person == nil, strconv.Itoa(n)
	m := barModel{Layout: l, Here: t.href(n), Title: l.T("tour.stop-" + number), Text: l.T("tour.stop-" + number + "-text"), Where: l.T("tour.where", n, len(t.stops)), Leave: startPath + "?" + param + "=0"}
	if n > 1 {
		m.Back = t.way(n-1, guest)
	}
	if n < len(t.stops) {
		m.Next, m.NextTitle, m.SignsIn = t.way(n+1, guest), l.T("tour.stop-"+strconv.Itoa(n+1)), guest && !t.stops[n].public
	}
	m.Stops = t.every(n, l)
	return m
}

// every is all stops, of which n is the present one; 0 for none.
func (t *Tour) every(n int, l templates.LayoutModel) []stopModel {
	list := make([]stopModel, len(t.stops))
	for i := range t.stops {
		number := strconv.Itoa(i + 1)
		list[i] = stopModel{No: number, Href: t.way(i+1, l.Person == nil), Title: l.T("tour.stop-" + number), Text: l.T("tour.stop-" + number + "-text"), Current: i+1 == n}
	}
	return list
}
