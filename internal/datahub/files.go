package datahub

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// FileID is the id of a file in the storage, opaque.
type FileID string

// File is a file in the storage.
type File struct {
	ID      FileID
	Name    string
	Size    int64  // bytes; 0 when the Data Hub does not say
	Type    string // media type, as the Data Hub says
	Site    SiteID // 0: of none
	Created time.Time
}

// FileQuery selects files; the zero FileQuery selects all that the person may see.
type FileQuery struct {
	Site SiteID
	Name string // a part of the name
}

// Files returns the selected files, in no particular order.
func (c *Client) Files(ctx context.Context, q FileQuery) ([]File, error) {
	query := url.Values{}
	if q.Site != 0 {
		query.Set("siteId", strconv.FormatInt(int64(q.Site), 10))
	}
	if q.Name != "" {
		query.Set("fileName", q.Name)
	}
	l := listing[wireFile, File]{path: pathFiles, query: query, member: "cloudItems", convert: wireFile.file, wanted: func(f File) bool { return q.Site == 0 || f.Site == q.Site }}
	return l.read(ctx, c)
}

// maxFile is more than the platform takes.
const maxFile = 64 << 20

// Download writes a file's content to w, or returns ErrNotFound when there is none that the person may see. What has been written when an error comes is
// of no use. It takes as long as w takes; only the Data Hub has its time for each piece. The content is somebody's: what is done with it must not trust its type.
func (c *Client) Download(ctx context.Context, id FileID, w io.Writer) error {
	if !validID.MatchString(string(id)) {
		return ErrNotFound
	}
	read := func(_ http.Header, body io.Reader) error {
		_, err := io.Copy(w, body)
		return err
	}
	return c.do(ctx, &request{method: http.MethodGet, path: pathFile, query: url.Values{"id": {string(id)}}, limit: maxFile, any: true, once: true, pieces: true, read: read})
}

type wireFile struct {
	ID      text   `json:"id"`
	Name    text   `json:"name"`
	Size    number `json:"size"`
	Type    text   `json:"contentType"`
	Site    number `json:"siteId"`
	Created moment `json:"createdDate"`
}

func (w wireFile) key() (string, bool) { return string(w.ID), w.ID != "" && visible(string(w.ID)) }

func (w wireFile) file() File {
	return File{ID: FileID(w.ID), Name: string(w.Name), Size: int64(w.Size), Type: string(w.Type), Site: SiteID(w.Site), Created: time.Time(w.Created)}
}

// unwrap returns a reader of the list inside an object, where a list is wrapped in one, and otherwise of what body has.
func unwrap(body io.Reader, member string) (io.Reader, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	var o map[string]json.RawMessage
	if json.Unmarshal(b, &o) == nil {
		for name, inner := range o {
			if strings.EqualFold(name, member) {
				return bytes.NewReader(inner), nil
			}
		}
	}
	return bytes.NewReader(b), nil
}
