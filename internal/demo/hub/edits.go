package hub

import (
	"bytes"
	"encoding/json"
)

// edit makes of an entity what it becomes. It returns a new object and leaves the old one alone.
type edit func(o object) (object, error)

// replacement is the edit of a PUT: members in the body are written, null ones are taken away, and those that it leaves out stay.
func (c *call) replacement(s schema) edit {
	body, err := c.object()
	return func(o object) (object, error) {
		if err != nil {
			return nil, err
		}
		o = o.clone()
		return o, s.read(o, body)
	}
}

// patching is the edit of a PATCH.
func (c *call) patching(s schema) edit {
	var operations []operation
	err := c.json(&operations)
	return func(o object) (object, error) {
		if err != nil {
			return nil, err
		}
		o, err := s.patch(o, operations)
		if err != nil {
			return nil, err
		}
		return o, s.read(o, o)
	}
}

// object reads a body that is one JSON object.
func (c *call) object() (map[string]any, error) {
	var members map[string]any
	err := c.json(&members)
	if err == nil && members == nil {
		err = invalid("body", "The request is invalid.")
	}
	return members, err
}

// json reads the body into v.
func (c *call) json(v any) error {
	text, err := bodyText(c.r)
	if err != nil {
		return err
	}
	return readJSON(text, v)
}

// readJSON reads one JSON value, with numbers as they are written.
func readJSON(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(v); err != nil || d.More() {
		return invalid("body", "The request is invalid.")
	}
	return nil
}
