package board

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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
	MaxName    = 80 // characters of titles and folders
	MaxText    = 2000
)

// Error says what is wrong with a board, and where: a path as "widgets[2].series[0]", "" for the whole.
type Error struct {
	Path string
	Code Code
}

// Code is a kind of mistake.
type Code string

// The mistakes that a board can have.
const (
	TooLong    Code = "too-long"    // more bytes than MaxSize
	NoJSON     Code = "json"        // not the JSON of the schema
	BadName    Code = "name"        // empty, longer than MaxName characters, or no plain text
	BadRange   Code = "range"       // not like now-24h
	BadID      Code = "id"          // not 1 to 32 letters and digits, or there twice
	BadKind    Code = "kind"        // no kind of widget that there is
	BadSeries  Code = "series"      // not like 4711!r~MWh@max
	BadNumber  Code = "number"      // no number, or out of bounds
	BadRole    Code = "role"        // none of Roles
	BadOrder   Code = "order"       // none of Orders
	BadText    Code = "text"        // too long, or no plain text
	TooMany    Code = "too-many-of" // widgets of a board, series of a widget
	NotForKind Code = "not-for"     // something that this kind of widget does not take
)

// Error implements error.
func (e *Error) Error() string { return "board: " + e.Path + ": " + string(e.Code) }

// Parse reads a board as JSON, strictly: no member that is not known, nothing out of its bounds, nothing after it. What lies outside the grid or over something else is put where
// it may lie. Errors are *Error.
func Parse(text []byte) (Board, error) {
	var b Board
	if len(text) > MaxSize {
		return b, &Error{"", TooLong}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return Board{}, &Error{"", NoJSON}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Board{}, &Error{"", NoJSON}
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
		return &Error{"widgets", TooMany}
	}
	seen := map[string]bool{}
	for i := range b.Widgets {
		w, path := &b.Widgets[i], fmt.Sprintf("widgets[%d].", i)
		if !isID(w.ID) || seen[w.ID] {
			return &Error{path + "id", BadID}
		}
		seen[w.ID] = true
		if err := w.check(path); err != nil {
			return err
		}
	}
	if text, err := json.Marshal(b); err != nil || len(text) > MaxSize {
		return &Error{"", TooLong}
	}
	return nil
}

func (w *Widget) check(path string) error {
	f, ok := FormOf(w.Kind)
	if !ok {
		return &Error{path + "kind", BadKind}
	}
	if err := name(path+"title", w.Title, 0); err != nil {
		return err
	}
	if len(w.Series) > f.MostSeries {
		return &Error{path + "series", TooMany}
	}
	for i, s := range w.Series {
		if _, err := series.ParseRef(s); err != nil {
			return &Error{fmt.Sprintf("%sseries[%d]", path, i), BadSeries}
		}
	}
	for i, r := range w.Roles {
		if !slices.Contains(Roles, r) || i >= len(w.Series) {
			return &Error{fmt.Sprintf("%sroles[%d]", path, i), BadRole}
		}
	}
	for member, wrong := range map[string]bool{
		"site": w.Site != 0 && f.Site == No, "range": w.Range != "" && !f.Range, "limit": w.Limit != nil && !f.Limit, "text": w.Text != "" && f.Text == No, "board": w.Board != "" && f.Board == No,
		"roles": len(w.Roles) > 0 && !f.Roles, "file": w.File != "" && f.File == No, "order": w.Order != "" && !f.Order,
	} {
		if wrong {
			return &Error{path + member, NotForKind}
		}
	}
	switch {
	case !slices.Contains(Orders, w.Order):
		return &Error{path + "order", BadOrder}
	case w.Site < 0 || w.Site >= 1<<53:
		return &Error{path + "site", BadNumber}
	case w.Limit != nil && (math.IsNaN(*w.Limit) || math.Abs(*w.Limit) > 1e15):
		return &Error{path + "limit", BadNumber}
	case utf8.RuneCountInString(w.Text) > MaxText || !printable(w.Text, "\n"):
		return &Error{path + "text", BadText}
	case w.File != "" && !isFile(w.File):
		return &Error{path + "file", BadID}
	case w.Board != "" && !isID(w.Board):
		return &Error{path + "board", BadID}
	}
	return rangeOf(path+"range", w.Range)
}

// Lacks returns what a widget needs and does not have yet: "series", "text", "file", "board" or "". Such a widget is kept, and says so where it stands.
func (w *Widget) Lacks() string {
	f, _ := FormOf(w.Kind)
	switch {
	case f.Series == Must && len(w.Series) == 0:
		return "series"
	case f.Text == Must && w.Text == "":
		return "text"
	case f.File == Must && w.File == "":
		return "file"
	case f.Board == Must && w.Board == "":
		return "board"
	}
	return ""
}

func name(path, text string, least int) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(text)); n < least || n > MaxName || !printable(text, "") {
		return &Error{path, BadName}
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
		return &Error{path, BadRange}
	}
	return nil
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func isID(text string) bool {
	return len(text) > 0 && len(text) <= 32 && strings.Trim(text, letters) == ""
}

// isFile reports whether text can be the id of a file in the Data Hub's storage.
func isFile(text string) bool {
	return len(text) > 0 && len(text) <= 64 && strings.Trim(text, letters+"_-") == ""
}
