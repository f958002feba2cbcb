package datahub

import "context"

// Form is the definition of what people keep about sites or sources; the values are in their ClientData.
type Form struct {
	ID     string
	Name   string
	Entity string // "site" or "source"
	Groups []FormGroup
}

// FormGroup is a part of a form.
type FormGroup struct {
	Name   string
	Fields []FormField
}

// FormField is a field of a form. The platform publishes the meaning of the types 0 (text), 1 and 2 (numbers) and 5 (date) only; FieldTypes names those that an account's fields can have.
type FormField struct {
	Name  string
	Type  int // id of one of the FieldTypes
	List  bool
	Items []FormItem // what can be chosen
}

// FormItem is something that can be chosen in a field.
type FormItem struct{ Name, Value string }

// Forms returns the forms of the account, in no particular order.
func (c *Client) Forms(ctx context.Context) ([]Form, error) {
	return listing[wireForm, Form]{path: pathForms, convert: wireForm.form}.read(ctx, c)
}

type wireForm struct {
	ID     text `json:"id"`
	Name   text `json:"name"`
	Entity text `json:"entityType"`
	Groups []struct {
		Name   text `json:"name"`
		Fields []struct {
			Name  text   `json:"name"`
			Type  number `json:"type"`
			List  flag   `json:"isList"`
			Items []struct {
				Name  text `json:"name"`
				Value text `json:"value"`
			} `json:"items"`
		} `json:"fields"`
	} `json:"groups"`
}

// key is the name where there is no id: forms are asked for by their names.
func (w wireForm) key() (string, bool) {
	if w.ID != "" {
		return string(w.ID), true
	}
	return string(w.Name), w.Name != ""
}

func (w wireForm) form() Form {
	f := Form{ID: string(w.ID), Name: string(w.Name), Entity: string(w.Entity)}
	for _, g := range w.Groups {
		group := FormGroup{Name: string(g.Name)}
		for _, x := range g.Fields {
			field := FormField{Name: string(x.Name), Type: int(x.Type), List: bool(x.List)}
			for _, item := range x.Items {
				field.Items = append(field.Items, FormItem{string(item.Name), string(item.Value)})
			}
			group.Fields = append(group.Fields, field)
		}
		f.Groups = append(f.Groups, group)
	}
	return f
}
