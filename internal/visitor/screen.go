package visitor

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

var codeShown = regexp.MustCompile(`data-pair="code">([0-9A-Z]{4}-[0-9A-Z]{4})<`)

// NewBoard makes a dashboard that is called Wall and shows alarms, and returns its id.
func (v *Visitor) NewBoard() (id string, err error) {
	made, err := v.Post("/dashboards/import", url.Values{"json": {`{"title":"Wall","widgets":[{"id":"a","kind":"alarms","x":0,"y":0,"w":6,"h":6}]}`}})
	if err != nil {
		return "", err
	}
	path := strings.Split(made.Header.Get("Location"), "/")
	if made.StatusCode != http.StatusSeeOther || len(path) < 3 {
		return "", fmt.Errorf("a dashboard: status %d to %q", made.StatusCode, made.Header.Get("Location"))
	}
	return path[2], nil
}

// Approve types the code that tv shows and puts a dashboard on it for a day, with rights as the form names them. It returns where that leads: to a sign-in, or to the page that says that it is done.
func (v *Visitor) Approve(tv *Visitor, board, rights string) (Page, error) {
	waits, err := tv.Open("/screen")
	if err != nil {
		return waits, err
	}
	code := codeShown.FindStringSubmatch(waits.Body)
	if code == nil {
		return waits, fmt.Errorf("%s shows no code: status %d", waits.URL(), waits.StatusCode)
	}
	return v.Send(NewForm(v.At("/pair")), url.Values{"code": {code[1]}, "name": {"Wall"}, "board": {board}, "every": {"20"}, "life": {"86400"}, "rights": {rights}})
}
