package datahub

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRights(t *testing.T) {
	t.Parallel()
	const claims = `[{"id":1,"userId":"ann","claimType":"http://opisense.opinum.com/account","claimValue":"101"},{"id":2,"claimType":"http://opisense.opinum.com/feature/events","claimValue":"Write"},
		{"id":3,"claimType":"http://opisense.opinum.com/feature/Alerts","claimValue":"read"},{"id":4,"claimType":"http://opisense.opinum.com/feature/storage","claimValue":"None"},
		{"id":5,"claimType":"http://opisense.opinum.com/feature/sites","claimValue":"Sometimes"},{"claimValue":"x"},{"id":6,"claimType":"http://opisense.opinum.com/feature/forms","claimValue":"Admin"}]`
	hub := &script{answers: []func() (*http.Response, error){
		func() (*http.Response, error) { return answer(200, `{"id":"ann","name":"Ann"}`), nil },
		func() (*http.Response, error) { return answer(200, claims), nil },
	}}
	got, err := newClient(t, hub).Rights(t.Context())
	want := Rights{FeatureEvents: RightWrite, FeatureAlarms: RightRead, FeatureStorage: RightNone, FeatureForms: RightDelete}
	if diff := cmp.Diff(want, got); err != nil || diff != "" || hub.requests[1].URL.Path != "/base/user/claim/ann" {
		t.Errorf("Rights: %v\n%s", err, diff)
	}
	for _, tt := range []struct {
		feature string
		right   Right
		want    bool
	}{{FeatureEvents, RightWrite, true}, {FeatureEvents, RightDelete, false}, {FeatureStorage, RightRead, false}, {FeatureSites, RightDelete, true}, {FeatureForms, RightDelete, true}} {
		if got.May(tt.feature, tt.right) != tt.want {
			t.Errorf("May(%s, %d) = %v", tt.feature, tt.right, !tt.want)
		}
	}
	if !Rights(nil).May(FeatureEvents, RightDelete) {
		t.Error("what is not told is ruled out")
	}
	for _, status := range []int{403, 404, 500} {
		if _, err := newClient(t, statuses(status)).Rights(t.Context()); err == nil {
			t.Errorf("%d tells rights", status)
		}
	}
	if _, err := newClient(t, says(`{"id":"../sites"}`)).Rights(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("an id that leads elsewhere: %v", err)
	}
}
