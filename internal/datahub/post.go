package datahub

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
)

// maxAnswer is how many bytes of the answer to a write are looked at.
const maxAnswer = 64 << 10

// post writes body, which is encoded as JSON, to a path. Any 2xx is success, with any content; read gets it, if it is not nil.
func (c *Client) post(ctx context.Context, path, route string, body any, read func(http.Header, io.Reader) error) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("data hub: body for %s: %w", route, err)
	}
	return c.do(ctx, &request{method: http.MethodPost, path: path, route: route, body: encoded, limit: maxAnswer, any: true, read: read})
}

// replacement is an operation of a JSON Patch (RFC 6902). The platform puts a member that is not there where it belongs.
type replacement struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patch replaces members of the entity at a path and leaves its others as they are.
func (c *Client) patch(ctx context.Context, path, route string, members map[string]any) error {
	var operations []replacement
	for _, name := range slices.Sorted(maps.Keys(members)) {
		operations = append(operations, replacement{"replace", "/" + name, members[name]})
	}
	encoded, err := json.Marshal(operations)
	if err != nil {
		return fmt.Errorf("data hub: body for %s: %w", route, err)
	}
	return c.do(ctx, &request{method: http.MethodPatch, path: path, route: route, body: encoded})
}

// delete removes the entity at a path.
func (c *Client) delete(ctx context.Context, path, route string) error {
	return c.do(ctx, &request{method: http.MethodDelete, path: path, route: route})
}

// createdID finds the id of what was made in an answer, which is the bare id or an object that has it; "" when it is neither.
func createdID(body io.Reader) string {
	b, _ := io.ReadAll(body)
	var bare text
	if json.Unmarshal(b, &bare) == nil {
		return string(bare)
	}
	var o struct {
		ID text `json:"id"`
	}
	_ = json.Unmarshal(b, &o)
	return string(o.ID)
}
