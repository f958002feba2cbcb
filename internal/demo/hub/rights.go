package hub

import (
	"net/http"
	"slices"
	"strings"
)

// Right is what a user may do with a feature of the platform.
type Right int

// The rights. Each has those before it.
const (
	None   Right = iota
	Read         // look
	Write        // add and change
	Delete       // the platform calls it Admin
)

func (r Right) String() string { return [...]string{"None", "Read", "Write", "Admin"}[r] }

// features are what rights are about, by the first part of a path.
var features = map[string]string{
	"sites": "sites", "site": "schedules", "sources": "sources", "variables": "sources", "data": "sources", "alarms": "alerts", "alerts": "alerts", "events": "events", "storage": "storage",
	"groups": "groups", "form": "forms", "dashboards": "dashboards", "reports": "reports", "schedule": "schedules",
}

// Features are the names of the features that rights are about.
func Features() []string {
	var names []string
	for _, name := range features {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Roles that mean something here.
const (
	manager = "Manager"    // may do everything
	pushes  = "DataPusher" // may push
)

// has reports whether the user has a role. One whose roles are not told has all.
func (u User) has(role string) bool { return u.Roles == nil || slices.Contains(u.Roles, role) }

// may reports whether a user may call a route of the API. What is no feature, such as lists of units and a person's own account, is everybody's; webhooks are for managers.
func (u User) may(pattern string) error {
	method, path, _ := strings.Cut(pattern, " /")
	first, rest, _ := strings.Cut(path, "/")
	feature := features[first]
	switch {
	case u.has(manager):
		return nil
	case strings.HasPrefix(path, "account/webhooks"):
		return forbidden("The user is no manager of the account.")
	case feature == "" || slices.Contains(words, rest):
		return nil
	}
	if needed := needs(method, first); u.Rights[feature] < needed {
		return forbidden("The user has the right " + u.Rights[feature].String() + " on " + feature + ", and not " + needed.String() + ".")
	}
	return nil
}

// needs is the right that a call takes. A POST of data is a read.
func needs(method, first string) Right {
	switch method {
	case http.MethodGet:
		return Read
	case http.MethodPost:
		if first == "data" {
			return Read
		}
	case http.MethodDelete:
		return Delete
	}
	return Write
}

// words are lists below a feature's path that everybody may read.
var words = []string{"types", "periodtypes", "eventtypes", "timerangetypes", "fieldtypes", "entitytypes"}

// rightClaim is the claim in which a right is told, with the feature behind it. The platform's own keys are not published.
const rightClaim = "http://opisense.opinum.com/feature/"

// rights are a user's rights as claims, ascending by feature; none when nothing is told of them.
func (u User) rights() []object {
	if u.Roles == nil {
		return nil
	}
	var claims []object
	for _, name := range Features() {
		right := u.Rights[name]
		if u.has(manager) {
			right = Delete
		}
		claims = append(claims, object{"userId": u.ID, "claimType": rightClaim + name, "claimValue": right.String()})
	}
	return claims
}
