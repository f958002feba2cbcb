package pages

import (
	"cmp"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

const filesPerPage = 50

// siteFiles lists the files of a site.
func (p *Pages) siteFiles(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "files")
	if err != nil {
		return err
	}
	files, err := rd.files(r.Context(), datahub.FileQuery{Site: f.site.ID})
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.SiteList(f.page(r, rd), fileList(files, nil, f.zone, f.now, r.Locale)))
}

// files browses the storage: all files that the person may see, by name or site.
func (p *Pages) files(_ http.ResponseWriter, r *Request) error {
	q := r.URL.Query()
	name, err := query.One(q, "q", 100*4)
	if err != nil {
		return err
	}
	page, err := query.Page(q)
	if err != nil {
		return err
	}
	name = locale.Plain(name)
	rd := p.reader(r)
	files, err := rd.files(r.Context(), datahub.FileQuery{})
	if err != nil {
		return err
	}
	sites, err := rd.sites(r.Context())
	if err := endsSession(err); err != nil {
		return err
	}
	names := map[datahub.SiteID]string{}
	for _, s := range sites {
		names[s.ID] = locale.Name(s.Name)
	}
	files = slices.DeleteFunc(files, func(f datahub.File) bool {
		return !fold.Has(f.Name+" "+names[f.Site], name)
	})
	from := min((page-1)*filesPerPage, len(files))
	shown := files[from:min(from+filesPerPage, len(files))]
	l := r.Locale
	m := templates.FilesModel{Layout: rd.layout(r), Head: templates.PageHeadModel{Title: l.T("files.title"), Facts: []string{l.T("files.count", len(files))}}, List: fileList(shown, names, rd.in(datahub.HomeZone()), r.Now, l)}
	m.Query = templates.FieldModel{Name: "q", Label: l.T("files.search"), Value: name}
	href := func(n int) string { return query.With("/files", "q", name, "page", query.Number(n)) }
	if len(files) > 0 {
		m.List.Pager, m.List.Empty = pagerOf(page, filesPerPage, len(shown), len(files), href, l)
	}
	return r.Render(http.StatusOK, templates.Files(m))
}

// files lists files by name.
func (rd *reader) files(ctx context.Context, q datahub.FileQuery) ([]datahub.File, error) {
	list, err := recall(ctx, rd, fmt.Sprint("files ", q.Site), 0, of[datahub.File](200), func(ctx context.Context) ([]datahub.File, error) {
		list, err := rd.hub.Files(ctx, q)
		fold.Sort(list, func(a, b datahub.File) int { return cmp.Compare(a.ID, b.ID) }, func(f datahub.File) string { return f.Name })
		return list, err
	})
	return slices.Clone(list), err
}

// fileList presents files; sites are the names of their sites, nil where all are of one.
func fileList(files []datahub.File, sites map[datahub.SiteID]string, zone *time.Location, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("site.files"), Columns: columns(l, "file", "size", "created")}
	m.Columns[1].Number = true
	if sites != nil {
		m.Columns = append(m.Columns, columns(l, "site")...)
	}
	for _, f := range files {
		size, created, iso := locale.None, "", ""
		if f.Size > 0 {
			size = l.Bytes(f.Size)
		}
		if !f.Created.IsZero() {
			created, iso = l.DateTime(f.Created.In(zone), now), f.Created.Format(time.RFC3339)
		}
		row := []templates.CellModel{{Text: locale.Name(f.Name), Href: "/files/" + url.PathEscape(string(f.ID))}, {Text: size, Number: true}, {Text: created, ISO: iso}}
		if sites != nil {
			site := templates.CellModel{}
			if name := sites[f.Site]; name != "" {
				site = templates.CellModel{Text: name, Href: siteHref(f.Site)}
			}
			row = append(row, site)
		}
		m.Rows = append(m.Rows, row)
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("files.none")}
	}
	return m
}

// file sends a file to be saved. It is somebody's, so that neither its type nor its name is trusted: browsers keep it, and never show it as a page of ours.
func (p *Pages) file(w http.ResponseWriter, r *Request) error {
	id := datahub.FileID(r.PathValue("file"))
	if id == "" || len(id) > 200 {
		return notFound("file")
	}
	files, err := p.onlooker(r).files(r.Context(), datahub.FileQuery{})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(files, func(f datahub.File) bool { return f.ID == id })
	if i < 0 {
		return notFound("file")
	}
	content := &delivery{w: w, name: fileName(files[i].Name)}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), exportTime) // longer than pages have; who goes away cannot be written to
	defer cancel()
	err = r.Hub.Download(ctx, id, content)
	if err != nil && content.begun {
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	if err == nil && !content.begun {
		content.begin() // an empty file
	}
	return err
}

// delivery passes a file on as it comes, so that a large one takes no more memory than a small one. Until its first byte what goes wrong is still a page.
type delivery struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

func (d *delivery) begin() {
	d.begun = true
	d.w.Header().Set("Content-Type", "application/octet-stream")
	d.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	_ = http.NewResponseController(d.w).SetWriteDeadline(time.Now().Add(exportTime)) // what has no deadline needs no longer one
}

func (d *delivery) Write(p []byte) (int, error) {
	if !d.begun {
		d.begin()
	}
	return d.w.Write(p)
}

// fileName is a name without a path and without what file systems and headers take for something else.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, locale.Plain(name))
	if name = strings.Trim(name, ". "); name == "" {
		return "file"
	}
	return name
}
