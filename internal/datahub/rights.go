package datahub

import (
	"context"
	"strings"
)

// Right is what a person may do with a feature of the Data Hub. Each includes those before it.
type Right int

// The rights.
const (
	RightNone Right = iota
	RightRead
	RightWrite  // add and change
	RightDelete // the platform calls it Admin
)

// Features of the Data Hub that rights are about, as its claims name them.
const (
	FeatureSites   = "sites"
	FeatureSources = "sources" // with variables and data
	FeatureAlarms  = "alerts"
	FeatureEvents  = "events"
	FeatureStorage = "storage"
	FeatureGroups  = "groups"
	FeatureForms   = "forms"
)

// Rights are what a person may do, feature → right. The Data Hub decides about each call by itself; what it tells of rights is for those who would rather not ask in vain.
type Rights map[string]Right

// May reports whether a person may do something with a feature, as far as is known: where nothing is told, nothing is ruled out.
func (r Rights) May(feature string, right Right) bool {
	has, told := r[feature]
	return !told || has >= right
}

// Rights returns what the Data Hub tells of the rights of the person whose token is used. Managers may do everything, and have no rights by feature. A *StatusError of 403 or 404 says
// that it tells nothing.
func (c *Client) Rights(ctx context.Context) (Rights, error) {
	user, err := c.User(ctx)
	if err != nil {
		return nil, err
	}
	path, err := fill(pathClaims, user.ID)
	if err != nil {
		return nil, err
	}
	claims, err := listing[wireClaim, wireClaim]{path: path, route: pathClaims, convert: func(w wireClaim) wireClaim { return w }}.read(ctx, c)
	if err != nil {
		return nil, err
	}
	rights := Rights{}
	for _, w := range claims {
		if feature, right, ok := w.right(); ok {
			rights[feature] = right
		}
	}
	return rights, nil
}

type wireClaim struct {
	Type  text `json:"claimType"`
	Value text `json:"claimValue"`
}

func (w wireClaim) key() (string, bool) { return string(w.Type + " " + w.Value), w.Type != "" }

// rightWords are the platform's own words for rights.
var rightWords = map[string]Right{"none": RightNone, "read": RightRead, "write": RightWrite, "admin": RightDelete}

// right reads a claim that tells a right. Keys of claims are URIs that the platform does not publish; those of rights end in the feature's name, as the demo has them.
func (w wireClaim) right() (feature string, right Right, ok bool) {
	_, feature, ok = strings.Cut(strings.ToLower(string(w.Type)), "/feature/")
	if !ok {
		return "", RightNone, false
	}
	right, ok = rightWords[strings.ToLower(string(w.Value))]
	return feature, right, ok
}
