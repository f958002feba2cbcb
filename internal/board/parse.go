package board

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/internal/series"
)

// Schema is the JSON Schema (2020-12) of a board, for those who write one with a tool.
//
//go:embed schema.json
var Schema []byte

// Limits of a board.
const (
	MaxSize    = 48 << 10 // bytes as JSON
	MaxWidgets = 60
	maxName    = 80 // characters of titles and folders
	maxText    = 2000
)

// Error says what is wrong with a board, and where: a path as "widgets[2].series[0]".
type Error struct {
	Path   string
	Reason string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Path == "" {
		return "the board " + e.Reason
	}
	return e.Path + " " + e.Reason
}

// Parse reads a board as JSON, strictly: no member that is not known, nothing out of its bounds, nothing after it. What lies outside the grid or over something else is put where
// it may lie. Errors are *Error.
func Parse(text []byte) (Board, error) {
	var b Board
	if len(text) > MaxSize {
		return b, &Error{"", fmt.Sprintf("is longer than %d bytes", MaxSize)}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return Board{}, &Error{"", "cannot be read: " + strings.TrimPrefix(err.Error(), "json: ")}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Board{}, &Error{"", "is followed by something else"}
	}
	if err := b.Check(); err != nil {
		return Board{}, err
	}
	b.settle("")
	return b, nil
}

// Check reports the first thing that is wrong with a board, as an *Error.
func (b *Board) Check() error {
	if err := name("title", b.Title, 1); err != nil {
		return err
	}
	if err := name("folder", b.Folder, 0); err != nil {
		return err
	}
	if err := rangeOf("range", b.Range); err != nil {
		return err
	}
	if len(b.Widgets) > MaxWidgets {
		return &Error{"widgets", fmt.Sprintf("are more than %d", MaxWidgets)}
	}
	seen := map[string]bool{}
	for i := range b.Widgets {
		w, path := &b.Widgets[i], fmt.Sprintf("widgets[%d].", i)
		if !isID(w.ID) || seen[w.ID] {
			return &Error{path + "id", "is not 1 to 32 letters and digits, or is there twice"}
		}
		seen[w.ID] = true
		if err := w.check(path); err != nil {
			return err
		}
	}
	return nil
}

func (w *Widget) check(path string) error {
	f, ok := FormOf(w.Kind)
	if !ok {
		return &Error{path + "kind", fmt.Sprintf("%q is none that there is", w.Kind)}
	}
	if err := name(path+"title", w.Title, 0); err != nil {
		return err
	}
	if len(w.Series) > 0 && f.Series == No || len(w.Series) > max(f.MostSeries, 0) {
		return &Error{path + "series", fmt.Sprintf("are more than %d", f.MostSeries)}
	}
	for i, s := range w.Series {
		if _, err := series.ParseRef(s); err != nil {
			return &Error{fmt.Sprintf("%sseries[%d]", path, i), err.Error()}
		}
	}
	switch {
	case w.Site < 0 || w.Site >= 1<<53 || w.Site > 0 && f.Site == No:
		return &Error{path + "site", "is not the number of a site, or this kind takes none"}
	case w.Range != "" && !f.Range:
		return &Error{path + "range", "is not for this kind"}
	case w.Limit != nil && (!f.Limit || math.IsNaN(*w.Limit) || math.Abs(*w.Limit) > 1e15):
		return &Error{path + "limit", "is out of bounds, or not for this kind"}
	case w.Text != "" && f.Text == No || utf8.RuneCountInString(w.Text) > maxText || !printable(w.Text, "\n"):
		return &Error{path + "text", fmt.Sprintf("is longer than %d characters, no plain text, or not for this kind", maxText)}
	case w.Board != "" && (f.Board == No || !isID(w.Board)):
		return &Error{path + "board", "is not the id of a board, or not for this kind"}
	}
	return rangeOf(path+"range", w.Range)
}

// Lacks returns what a widget needs and does not have yet: "series", "text", "board" or "". Such a widget is kept, and says so where it stands.
func (w *Widget) Lacks() string {
	f, _ := FormOf(w.Kind)
	switch {
	case f.Series == Must && len(w.Series) == 0:
		return "series"
	case f.Text == Must && w.Text == "":
		return "text"
	case f.Board == Must && w.Board == "":
		return "board"
	}
	return ""
}

func name(path, text string, least int) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(text)); n < least || n > maxName || !printable(text, "") {
		return &Error{path, fmt.Sprintf("is not %d to %d characters of plain text", least, maxName)}
	}
	return nil
}

func printable(text, also string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && !strings.ContainsRune(also, r) }) < 0
}

func rangeOf(path, text string) error {
	if text == "" {
		return nil
	}
	if _, err := series.ParseRange(text, "now", time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), time.UTC); err != nil || len(text) > 20 {
		return &Error{path, "is not like now-24h, now-7d/d or now/M"}
	}
	return nil
}

func isID(text string) bool {
	return len(text) > 0 && len(text) <= 32 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
