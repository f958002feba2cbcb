package hub

import (
	"cmp"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/demo/energy"
)

// file is a file in an account's storage. It does not change.
type file struct {
	id, site int // site 0: of none
	name     string
	media    string
	created  time.Time
	content  []byte
}

func (f *file) object() object {
	o := object{"id": f.id, "name": f.name, "size": len(f.content), "contentType": f.media, "createdDate": dateTime(f.created)}
	if f.site != 0 {
		o["siteId"] = f.site
	}
	return o
}

// filesOfWorld puts the demo's files into the accounts' storage.
func filesOfWorld(w *energy.World, tenants map[int64]*tenant) {
	for _, f := range w.Files() {
		tenants[f.Account].files[f.ID] = &file{f.ID, f.Site, f.Name, f.Type, f.Created, f.Content}
	}
}

// stored are the files of the account that may be seen, ascending by id.
func (c *call) stored() []*file {
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	files := slices.DeleteFunc(slices.Collect(maps.Values(c.tenant.files)), func(f *file) bool { return f.site != 0 && c.view.site[f.site] == nil })
	slices.SortFunc(files, func(a, b *file) int { return cmp.Compare(a.id, b.id) })
	return files
}

// storage answers GET /storage: files by a part of their name and by site.
func (c *call) storage() (any, error) {
	sites, err := c.params.ids("siteid", "siteids")
	if err != nil {
		return nil, err
	}
	wanted, err := c.params.ids("id", "ids")
	if err != nil {
		return nil, err
	}
	name := c.params.get("filename")
	found := slices.DeleteFunc(c.stored(), func(f *file) bool {
		return !wanted.has(f.id) || sites != nil && !sites[f.site] || name != "" && !contains(f.name, name)
	})
	result, err := paged(c, found, (*file).object)
	if err != nil {
		return nil, err
	}
	p := result.(page)
	return wrapped{p, object{"cloudItems": p.items, "totalCount": p.total}}, nil
}

// fileOf is a file by the text of its id.
func (c *call) fileOf(text string) (*file, error) {
	id, _ := strconv.Atoi(text)
	for _, f := range c.stored() {
		if f.id == id {
			return f, nil
		}
	}
	return nil, notFound("There is no such file.")
}

func (c *call) storedFile() (any, error) {
	f, err := c.fileOf(c.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return f.object(), nil
}

// fileContent answers GET /storage/file?id=.
func (c *call) fileContent() (any, error) {
	f, err := c.fileOf(c.params.get("id"))
	if err != nil {
		return nil, err
	}
	return download{f.name, f.media, f.content}, nil
}

func (c *call) deleteFile() (any, error) {
	f, err := c.fileOf(c.r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	if c.tenant.files[f.id] != nil {
		delete(c.tenant.files, f.id)
		c.tenant.fileBytes -= len(f.content)
	}
	return nil, nil
}

// upload answers POST /storage with the new file's bare id. The file is the first part of the body that is one, whatever its name. A file whose
// name says that it is a standard data file is read as pushed data, too.
func (c *call) upload() (any, error) {
	f, err := c.uploaded()
	if err != nil {
		return nil, err
	}
	if strings.Contains(strings.ToLower(f.name), standardFile) {
		if _, err := c.store(fromTable(f.content)); err != nil {
			return nil, err
		}
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	if len(c.tenant.files) >= maxFiles || c.tenant.fileBytes+len(f.content) > maxFileBytes {
		return nil, full("%d files with %d MB", maxFiles, maxFileBytes>>20)
	}
	f.id = c.hub.newID()
	c.tenant.files[f.id] = f
	c.tenant.fileBytes += len(f.content)
	return f.id, nil
}

// standardFile is what a trigger looks for in the names of files.
const standardFile = "opisensestandarddatafile"

// uploaded reads the file of a multipart body. Its name is the one in the query, otherwise the part's.
func (c *call) uploaded() (*file, error) {
	site, err := c.params.number("siteid", 1, 0)
	if err != nil || site != 0 && c.view.site[site] == nil {
		return nil, invalid("siteId", "There is no such site.")
	}
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, invalid("body", "The request is invalid.")
	}
	part, err := filePart(parts)
	if err != nil {
		return nil, err
	}
	name := path.Base(strings.ReplaceAll(cmp.Or(c.params.get("filename"), part.name), `\`, "/"))
	if strings.Trim(name, "./") == "" || len(name) > 255 {
		return nil, invalid("filename", "The file needs a name.")
	}
	media, _, err := mime.ParseMediaType(cmp.Or(part.media, mime.TypeByExtension(path.Ext(name))))
	if err != nil {
		media = "application/octet-stream"
	}
	return &file{site: site, name: name, media: media, created: c.hub.c.Now(), content: part.content}, nil
}

// part is a part of a multipart body.
type part struct {
	name, media string
	content     []byte
}

// filePart is the first part that has a file's name or is called data, and otherwise the first one: the .NET client calls it by the name of the
// file.
func filePart(parts *multipart.Reader) (part, error) {
	var first *part
	for {
		p, err := parts.NextPart()
		switch {
		case err == io.EOF && first != nil:
			return *first, nil
		case err == io.EOF:
			return part{}, invalid("body", "The body has no file.")
		case err != nil:
			return part{}, unreadable(err)
		}
		certain := p.FileName() != "" || p.FormName() == "data"
		if !certain && first != nil {
			continue
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return part{}, unreadable(err)
		}
		found := part{cmp.Or(p.FileName(), p.FormName()), p.Header.Get("Content-Type"), content}
		if certain {
			return found, nil
		}
		first = &found
	}
}

// usage answers with the bytes that an account's files take.
func (c *call) usage() (any, error) {
	total := 0
	for _, f := range c.stored() {
		total += len(f.content)
	}
	return total, nil
}

// canUpload answers whether a file of so many bytes would be taken.
func (c *call) canUpload() (any, error) {
	size, err := strconv.Atoi(c.r.PathValue("size"))
	if err != nil || size < 0 {
		return nil, invalid("fileSize", "The size is not a number.")
	}
	c.tenant.mu.Lock()
	defer c.tenant.mu.Unlock()
	return size <= maxUpload && c.tenant.fileBytes+size <= maxFileBytes && len(c.tenant.files) < maxFiles, nil
}
