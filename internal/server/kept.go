package server

import (
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"portico/web/templates"
)

// keep puts into an error page what a form held that was not taken, and where it can be sent from there. Nothing is sent by itself: whoever reads the page does it, when they are
// signed in again or the portal is back. Only forms of our own pages come here, others are refused before.
func keep(r *http.Request, m *templates.ErrorModel) {
	switch m.Kind {
	case kindSessionEnded, kindStore, kindBusy, kindTooMany, kindSignInDown, kindSignInSlow:
	default:
		return
	}
	if m.Fields = typed(r); len(m.Fields) > 0 {
		m.SendTo, m.SignIn.Aside = r.URL.RequestURI(), true
	}
}

// typed are the fields of a posted form in the order of their names; none of one with files, which no page can hold.
func typed(r *http.Request) (fields []templates.FormField) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" || r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			fields = append(fields, templates.FormField{Name: name, Value: value})
		}
	}
	return fields
}
