package pages

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"image"
	_ "image/gif"  // pictures that are shown
	_ "image/jpeg" // are of these kinds
	_ "image/png"  // and no others
	"net/http"
	"slices"
	"strings"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// Bounds of pictures that widgets show.
const (
	mostImageBytes  = 4 << 20
	mostImagePixels = 24_000_000 // as many as a camera makes: a small file can hold far more than a browser has memory for
	imageChoices    = 200
)

var errNoPicture = errors.New("no picture that is shown")

// imageTypes are the media types of what image.DecodeConfig tells apart. Nothing here can hold a script.
var imageTypes = map[string]string{"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif"}

// image refers to a picture in the Data Hub's storage. Whoever looks at it reads it with their own rights.
func (w *widgetReader) image(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	files, err := w.files(ctx, datahub.FileQuery{})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(files, func(f datahub.File) bool { return string(f.ID) == widget.File })
	if i < 0 {
		return notFound("file")
	}
	name := locale.Name(files[i].Name)
	m.Title = cmp.Or(m.Title, name)
	m.Image = &templates.ImageModel{Alt: cmp.Or(locale.Plain(widget.Title), name)}
	m.Menu = []templates.Link{{Text: w.r.Locale.T("widget.download"), Href: "/files/" + widget.File}}
	return nil
}

// Picture answers with the picture to which a widget of b refers: a carpet in the colours of a theme, or an image. Whatever has none is not found.
func (p *Pages) Picture(w http.ResponseWriter, r *Request, b board.Board, widget board.Widget) error {
	switch {
	case widget.Lacks() != "":
	case widget.Kind == board.Image:
		return p.imageFile(w, r, datahub.FileID(widget.File))
	case widget.Kind == board.Carpet:
		d, err := p.widgetReader(r, r.Context(), b, 0, false).explored(r.Context(), widget, &templates.WidgetModel{}, carpetQuery(widget))
		if err != nil {
			return err
		}
		if err := d.lines[0].err; err != nil {
			return err
		}
		return d.carpetPNG(w, r)
	}
	return notFound("picture")
}

// imageFile sends a picture of the storage: only a picture, and only as what it is, whatever its name says. The policy of whatever is no page lets it do nothing.
func (p *Pages) imageFile(w http.ResponseWriter, r *Request, id datahub.FileID) error {
	files, err := p.onlooker(r).files(r.Context(), datahub.FileQuery{})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(files, func(f datahub.File) bool { return f.ID == id }) {
		return notFound("file")
	}
	var content bounded
	if err := r.Hub.Download(r.Context(), id, &content); err != nil {
		if content.full {
			return notFound("picture")
		}
		return err
	}
	media, err := pictureType(content.Bytes())
	if err != nil {
		return notFound("picture")
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", "inline")
	_, _ = content.WriteTo(w) // the browser went away: nobody is left to tell
	return nil
}

// pictureType is the media type of a picture, by its content. errNoPicture says that it is none, or one that takes too much.
func pictureType(content []byte) (string, error) {
	c, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > mostImagePixels/c.Height || imageTypes[format] == "" {
		return "", errNoPicture
	}
	return imageTypes[format], nil
}

// bounded takes as much as a picture may have.
type bounded struct {
	bytes.Buffer
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.full = b.full || b.Len()+len(p) > mostImageBytes; b.full {
		return 0, errNoPicture
	}
	return b.Buffer.Write(p)
}

// Images lists the files that look like pictures, as choices.
func (p *Pages) Images(r *Request, chosen string) ([]templates.OptionModel, error) {
	files, err := p.onlooker(r).files(r.Context(), datahub.FileQuery{})
	var list []templates.OptionModel
	for _, f := range files {
		if dot := strings.LastIndexByte(f.Name, '.'); len(list) < imageChoices && slices.Contains([]string{"png", "jpg", "jpeg", "gif"}, strings.ToLower(f.Name[dot+1:])) {
			list = append(list, templates.OptionModel{Value: string(f.ID), Text: locale.Name(f.Name), Selected: string(f.ID) == chosen})
		}
	}
	return list, err
}
