package tour

import (
	"net/http"
	"net/url"
	"slices"

	"portico/internal/locale"
	"portico/internal/server"
	"portico/web/templates"
)

// looks are the themes in which the gallery can be looked at.
var looks = []string{"light", "dark", "contrast"}

// gallery shows every component of the portal's pages in every state, in the look that the address asks for, else in the visitor's own.
func (t *Tour) gallery(w http.ResponseWriter, v *server.Visit) error {
	m := templates.GalleryModel{Layout: t.layout(v, "")}
	if theme := v.Request.URL.Query().Get("theme"); slices.Contains(looks, theme) {
		m.Layout.Theme = theme
	}
	for _, look := range looks {
		m.Looks = append(m.Looks, templates.TabModel{Link: templates.Link{Text: v.Locale().T(locale.Key("theme." + look)), Href: galleryPath + "?" + url.Values{"theme": {look}}.Encode()}, Current: look == m.Layout.Theme})
	}
	return v.Render(w, http.StatusOK, templates.Gallery(m))
}
