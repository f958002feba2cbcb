package query

import (
	"errors"
	"net/url"
	"testing"
)

func TestParametersThatCannotBeUsed(t *testing.T) {
	for text, want := range map[string]error{
		"page=1&page=2": ErrRepeated, "page=": nil, "page=0": ErrNumber, "page=-1": ErrNumber, "page=+1": ErrNumber, "page=01": ErrNumber, "page=1e3": ErrNumber, "page=100001": ErrNumber,
		"page=000000000000000000001": ErrTooLong, "page=%ff": ErrChoice, "page=7": nil,
	} {
		q, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Page(q)
		if e, ok := errors.AsType[*Error](err); !errors.Is(err, want) || want != nil && (!ok || e.Param != "page") {
			t.Errorf("Page(%s) = %v, want %v of page", text, err, want)
		}
	}
	if _, err := Choice(url.Values{"view": {"evil"}}, "view", "list", "map"); !errors.Is(err, ErrChoice) {
		t.Errorf("a choice that is not offered: %v", err)
	}
}

func TestWith(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{With("/sites"), "/sites"}, {With("/sites", "q", "", "page", Number(1)), "/sites"}, {With("/sites", "q", "a&b", "page", Number(2)), "/sites?page=2&q=a%26b"},
	} {
		if tt.got != tt.want {
			t.Errorf("With = %s, want %s", tt.got, tt.want)
		}
	}
}
