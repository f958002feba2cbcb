package templates

import (
	"context"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// Fixed keeps the parts of the frame that look the same to everybody with the same language and choices, so that they are rendered once. The zero value is ready; it is
// safe for concurrent use, for one catalogue and one set of assets.
type Fixed struct{ parts sync.Map } // fixedKey to string

// fixedKey tells the forms of a part apart. Everything that it shows and that is not the same for all readers must stand here, and come from a short list: what is kept stays.
type fixedKey struct{ part, lang, choice string }

// fixed renders a part as it was rendered before for the same language and choice. Without a Fixed it is rendered each time.
func (l *LayoutModel) fixed(part, choice string, render func() templ.Component) templ.Component {
	if l.Fixed == nil {
		return render()
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		key := fixedKey{part, l.Lang, choice}
		kept, ok := l.Fixed.parts.Load(key)
		if !ok {
			var b strings.Builder
			if err := render().Render(templ.ClearChildren(ctx), &b); err != nil {
				return err
			}
			kept, _ = l.Fixed.parts.LoadOrStore(key, b.String())
		}
		_, err := io.WriteString(w, kept.(string))
		return err
	})
}
