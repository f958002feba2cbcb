package interop

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// form is a form of a page.
type form struct {
	action string
	fields url.Values // what it holds, without what buttons add
	named  []string   // fields and buttons, in order
}

// form returns the first form with a field or button of a name.
func (g page) form(name string) *form {
	for i := range g.forms {
		if g.forms[i].first(name) != "" {
			return &g.forms[i]
		}
	}
	return nil
}

// first returns the first of the names that the form has.
func (f *form) first(names ...string) string {
	for _, name := range names {
		for _, n := range f.named {
			if n == name {
				return name
			}
		}
	}
	return ""
}

// request sends the form with some fields filled in.
func (f *form) request(values url.Values) *http.Request {
	all := url.Values{}
	for name, v := range f.fields {
		all[name] = v
	}
	for name, v := range values {
		all[name] = v
	}
	req, _ := http.NewRequest(http.MethodPost, f.action, strings.NewReader(all.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

// readForms finds the forms of a page, with what stands in them.
func readForms(at *url.URL, body string) []form {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil
	}
	var forms []form
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
				forms = append(forms, form{action: action.String(), fields: url.Values{}})
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
