package server

import (
	"net/http"
	"strings"

	"portico/internal/locale"
	"portico/internal/session"
)

// product is a browser or system and what a User-Agent header says when it is that product.
type product struct{ mark, name string }

// browsers and systems stand in the order in which they are looked for: many say that they are others as well, and most say Chrome and Safari.
var (
	browsers = []product{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi/", "Vivaldi"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chromium/", "Chromium"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = []product{
		{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"CrOS", "ChromeOS"}, {"Macintosh", "macOS"}, {"Tizen", "Tizen"}, {"Linux", "Linux"},
	}
)

func named(list []product, text string) string {
	for _, k := range list {
		if strings.Contains(text, k.mark) {
			return k.name
		}
	}
	return ""
}

// aboutBrowser is what the person's list of sessions will say of the browser that sends r: words of ours, never the header's own.
func (s *Server) aboutBrowser(r *http.Request) session.About {
	agent := r.UserAgent()
	a := session.About{Browser: named(browsers, agent), System: named(systems, agent)}
	if address := s.clientAddress(r); address.IsValid() {
		a.Address = address.String()
	}
	return a
}

// deviceName names a browser in a person's language.
func deviceName(a session.About, l locale.Locale) string {
	switch {
	case a.Browser == "" && a.System == "":
		return l.T("device.unknown")
	case a.Browser == "":
		return l.T("device.system", a.System)
	case a.System == "":
		return a.Browser
	}
	return l.T("device.name", a.Browser, a.System)
}

// deviceIcon is what the browser's machine looks like.
func deviceIcon(a session.About) string {
	switch a.System {
	case "Android", "iPhone":
		return "smartphone"
	}
	return "monitor"
}
