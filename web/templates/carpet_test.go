package templates

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
)

func TestCarpetsAreDarkOnDarkPages(t *testing.T) {
	t.Parallel()
	for theme, want := range map[string]string{
		"light": `media="(prefers-contrast: more)" srcset="/dark"`, "": `media="(prefers-color-scheme: dark), (prefers-contrast: more)" srcset="/dark"`,
		"dark": `src="/dark"`, "contrast": `src="/dark"`,
	} {
		l := plainLayout()
		l.Theme = theme
		var b strings.Builder
		if err := carpet(l, CarpetModel{Light: "/light", Dark: "/dark", Days: templ.NopComponent}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("theme %q: no %s in %s", theme, want, b.String())
		}
	}
}
