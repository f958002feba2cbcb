package hub

import (
	"strings"
	"testing"
)

// people are one who may only look, one who may write, one who may not even look at files, and one who pushes.
func people() []User {
	look, write := map[string]Right{}, map[string]Right{}
	for _, name := range Features() {
		look[name], write[name] = Read, Write
	}
	narrow := map[string]Right{"sites": Read}
	return []User{{ID: "viewer", Roles: []string{"User"}, Rights: look}, {ID: "writer", Roles: []string{"User", "DataPusher"}, Rights: write}, {ID: "narrow", Roles: []string{"User"}, Rights: narrow}, {ID: "boss", Roles: []string{"Manager"}}}
}

func TestRights(t *testing.T) {
	t.Parallel()
	h := New(Config{World: world, Users: people(), Check: func(token string) (string, int64, []string, bool) { return token, 101, []string{"datahub-api"}, true }})
	for _, tt := range []struct {
		who, method, path, body string
		want                    int
	}{
		{"viewer", "GET", "/sites", "", 200}, {"viewer", "GET", "/storage", "", 200}, {"viewer", "POST", "/data", `{"variableId":10101,"from":"2026-06-01T00:00:00","to":"2026-06-01T01:00:00"}`, 200}, {"viewer", "GET", "/units", "", 200},
		{"viewer", "POST", "/sites", `{"name":"x"}`, 403}, {"viewer", "PUT", "/sites/204481", `{"name":"x"}`, 403}, {"viewer", "PATCH", "/sources/6044811", `[]`, 403}, {"viewer", "DELETE", "/sites/204481", "", 403},
		{"viewer", "DELETE", "/data?variableIds=10101", "{}", 403}, {"viewer", "POST", "/events", `{}`, 403}, {"viewer", "POST", "/dashboards", `{}`, 403}, {"viewer", "POST", "/storage?filename=x", "x", 403},
		{"viewer", "POST", "/alarms/1/acknowledge", "", 403}, {"viewer", "POST", "/variables/source/6044811", `{}`, 403}, {"viewer", "GET", "/account/webhooks", "", 403}, {"viewer", "POST", "/api/data", `[]`, 403},
		{"viewer", "POST", "/user/claims/edit", `{"userId":"viewer","claimType":"x","claimValue":"1"}`, 403}, // by what it asks for
		{"writer", "POST", "/groups", `{"name":"x"}`, 200}, {"writer", "DELETE", "/groups/11", "", 403}, {"writer", "POST", "/api/data", `[]`, 200}, {"writer", "POST", "/account/webhooks", `{}`, 403},
		{"narrow", "GET", "/sites", "", 200}, {"narrow", "GET", "/sources", "", 403}, {"narrow", "GET", "/variables/types", "", 200}, {"narrow", "GET", "/site/204481/schedules", "", 403}, {"narrow", "GET", "/account", "", 200},
		{"boss", "DELETE", "/groups/11", "", 204}, {"boss", "GET", "/account/webhooks", "", 200}, {"boss", "POST", "/api/data", `[]`, 403},
	} {
		w := ask(t, h, tt.method, tt.path, tt.body, "Authorization", "Bearer "+tt.who)
		if w.Code != tt.want || tt.want == 403 && !strings.Contains(w.Body.String(), `"message":"`) {
			t.Errorf("%s: %s %s = %d %s, want %d", tt.who, tt.method, tt.path, w.Code, w.Body, tt.want)
		}
	}
}

// TestEveryRouteHasItsRight goes through the table of routes: who may only look can change nothing, and who may do nothing sees nothing of the account but its name.
func TestEveryRouteHasItsRight(t *testing.T) {
	t.Parallel()
	viewer, nobody := people()[0], User{ID: "nobody", Roles: []string{}}
	for pattern := range routes() {
		method, path, _ := strings.Cut(pattern, " ")
		reads := method == "GET" || pattern == "POST /data"
		switch {
		case strings.HasPrefix(path, "/account/webhooks"):
			reads = false
		case strings.HasSuffix(path, "/claims/edit"):
			reads = true // of themselves only
		}
		if err := viewer.may(pattern); (err == nil) != reads {
			t.Errorf("who may look: %s: %v", pattern, err)
		}
		first := strings.Split(path, "/")[1]
		if err := nobody.may(pattern); err == nil && features[first] != "" && !strings.HasSuffix(path, "types") {
			t.Errorf("who may nothing: %s is allowed", pattern)
		}
	}
}

func TestRightsAreClaims(t *testing.T) {
	t.Parallel()
	h := newHub(Config{Users: append(people(), User{ID: "ann", Accounts: []int64{101}, Roles: []string{"User"}, Rights: map[string]Right{"sites": Write, "sources": Read}})})
	found := map[string]any{}
	for i, claim := range get[[]entity](t, h, "/user/claim/ann") {
		if claim["id"] != float64(i+1) || claim["userId"] != "ann" {
			t.Errorf("claim %v", claim)
		}
		found[claim["claimType"].(string)] = claim["claimValue"]
	}
	for claim, want := range map[string]string{accountClaim: "101", rightClaim + "sites": "Write", rightClaim + "sources": "Read", rightClaim + "storage": "None"} {
		if found[claim] != want {
			t.Errorf("%s is %v, want %s", claim, found[claim], want)
		}
	}
}
