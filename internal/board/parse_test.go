package board_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portico/internal/board"
)

const good = `{"title":"Control room","folder":"Ops","range":"now-24h","widgets":[
	{"id":"a","kind":"trend","title":"Load","x":0,"y":5,"w":6,"h":4,"series":["4711!r~MWh@max*-1","4712"],"range":"now-7d/d"},
	{"id":"b","kind":"text","x":0,"y":0,"w":4,"h":2,"text":"Call 112\nfirst"},
	{"id":"c","kind":"guard","x":3,"y":0,"w":4,"h":3,"series":["1"],"limit":-18.5}]}`

func TestParse(t *testing.T) {
	t.Parallel()
	b, err := board.Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if problem := problemOf(b); problem != "" || b.Widgets[0].ID != "b" {
		t.Errorf("what lay over something else: %s, first %s", problem, b.Widgets[0].ID)
	}
	again, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := board.Parse(again); err != nil || fmt.Sprint(c) != fmt.Sprint(b) && c.Title != b.Title {
		t.Errorf("what is written reads differently: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for path, edit := range map[string][2]string{
		"":                     {`"title":"Control room",`, `"title":"x","owner":"me",`},
		"title":                {"Control room", "  "},
		"folder":               {`"Ops"`, `"a\u202eb"`},
		"range":                {"now-24h", "yesterday"},
		"widgets[0].kind":      {`"trend"`, `"iframe"`},
		"widgets[0].range":     {"now-7d/d", "now+7x"},
		"widgets[0].series[1]": {`"4712"`, `"4712<script>"`},
		"widgets[0].series":    {`"4712"]`, `"1","2","3","4","5","6"]`},
		"widgets[1].id":        {`"id":"b"`, `"id":"a"`},
		"widgets[1].text":      {`first"`, `first","series":[],"site":0,"board":"","title":"","text":"\u0007"`},
		"widgets[2].limit":     {"-18.5", "1e300"},
		"widgets[2].site":      {`"limit":-18.5`, `"site":3`},
		"widgets[2].board":     {`"limit":-18.5`, `"board":"x"`},
	} {
		text := strings.Replace(good, edit[0], edit[1], 1)
		_, err := board.Parse([]byte(text))
		if e, ok := errors.AsType[*board.Error](err); !ok || e.Path != path {
			t.Errorf("%s for %s: %v, want an error at %q", edit[1], edit[0], err, path)
		}
	}
	for name, text := range map[string]string{
		"two values": good + "{}", "no JSON": "title: x", "nothing": "", "too long": `{"title":"x","widgets":[]}` + strings.Repeat(" ", board.MaxSize),
		"too many": `{"title":"x","widgets":[` + strings.Repeat(`{"id":"a","kind":"clock","x":0,"y":0,"w":1,"h":1},`, board.MaxWidgets) + `{"id":"b","kind":"clock","x":0,"y":0,"w":1,"h":1}]}`,
	} {
		if _, err := board.Parse([]byte(text)); err == nil {
			t.Errorf("%s is taken for a board", name)
		}
	}
}

// The published schema offers the kinds that there are, and knows each member of a widget.
func TestSchema(t *testing.T) {
	t.Parallel()
	var schema struct {
		Defs struct {
			Widget struct {
				Properties map[string]struct{ Enum []board.Kind }
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(board.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var kinds []board.Kind
	for _, f := range board.Forms {
		kinds = append(kinds, f.Kind)
	}
	if got := schema.Defs.Widget.Properties["kind"].Enum; !slices.Equal(got, kinds) {
		t.Errorf("the schema has %v, the program %v", got, kinds)
	}
	text, err := json.Marshal(board.Widget{Title: "x", Series: []string{"1"}, Site: 1, Range: "x", Limit: new(float64), Order: board.ByArea, Text: "x", Board: "x"})
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for m := range members {
		if _, ok := schema.Defs.Widget.Properties[m]; !ok {
			t.Errorf("the schema does not know %q", m)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(`{"title":"x","widgets":[{"id":"a","kind":"clock","x":-5,"y":9999,"w":99,"h":0}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := board.Parse([]byte(text))
		if err != nil {
			return
		}
		if problem := problemOf(b); problem != "" {
			t.Errorf("%s: %s", text, problem)
		}
	})
}
