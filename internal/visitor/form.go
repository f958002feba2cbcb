package visitor

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Form is a form of a page.
type Form struct {
	action string
	fields url.Values // what it holds, without what buttons add
	named  []string   // fields and buttons, in order
}

// Form returns the first form with a field or button of a name, nil when there is none.
func (p Page) Form(name string) *Form {
	if p.Response == nil {
		return nil
	}
	forms := readForms(p.URL(), p.Body)
	for i := range forms {
		if forms[i].First(name) != "" {
			return &forms[i]
		}
	}
	return nil
}

// First returns the first of the names that the form has, "" when it has none.
func (f *Form) First(names ...string) string {
	for _, name := range names {
		if slices.Contains(f.named, name) {
			return name
		}
	}
	return ""
}

// Value returns what stands in a field, "" also when there is no form.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.fields.Get(name)
}

// NewForm is an empty form that goes to an address, as a page's own would.
func NewForm(action string) *Form { return &Form{action: action, fields: url.Values{}} }

// request sends the form with some fields filled in.
func (f *Form) request(values url.Values) (*http.Request, error) {
	all := maps.Clone(f.fields)
	maps.Copy(all, values)
	return posted(f.action, all)
}

// readForms finds the forms of a page, with what stands in them.
func readForms(at *url.URL, body string) []Form {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil
	}
	var forms []Form
	byID := map[string]int{}
	var walk func(n *html.Node, inside int)
	walk = func(n *html.Node, inside int) {
		if n.Type == html.ElementNode {
			switch a := attributes(n); n.Data {
			case "form":
				action, err := at.Parse(a["action"])
				if err != nil {
					action = at
				}
				forms = append(forms, Form{action: action.String(), fields: url.Values{}})
				inside = len(forms) - 1
				byID[a["id"]] = inside
			case "input", "button":
				if owner, ok := byID[a["form"]]; ok && a["form"] != "" {
					inside = owner
				}
				if inside < 0 || a["name"] == "" {
					break
				}
				f := &forms[inside]
				f.named = append(f.named, a["name"])
				if n.Data == "input" && a["type"] != "submit" && a["type"] != "checkbox" {
					f.fields.Set(a["name"], a["value"])
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inside)
		}
	}
	walk(doc, -1)
	return forms
}

func attributes(n *html.Node) map[string]string {
	a := map[string]string{}
	for _, at := range n.Attr {
		a[at.Key] = at.Val
	}
	return a
}
