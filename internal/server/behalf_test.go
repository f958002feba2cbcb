package server

import (
	"context"
	"testing"
)

// What is read for a stream knows the request that opened it, but not its log line, and ends by its own context.
func TestPollsKnowTheirRequest(t *testing.T) {
	t.Parallel()
	type key struct{}
	request, gone := context.WithCancel(context.WithValue(context.WithValue(t.Context(), key{}, "visitor"), eventKey{}, &event{ID: "written"}))
	own, end := context.WithCancel(t.Context())
	ctx := onBehalf{own, request}
	if ctx.Value(key{}) != "visitor" || eventOf(ctx).ID != "" {
		t.Errorf("the request is %v, its event %q", ctx.Value(key{}), eventOf(ctx).ID)
	}
	if gone(); ctx.Err() != nil {
		t.Error("it ends with the request")
	}
	if end(); ctx.Err() == nil {
		t.Error("it does not end by itself")
	}
}
