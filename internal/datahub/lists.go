package datahub

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Paths of the API, in one table (docs of the platform, "REST API").
const (
	pathAccount       = "/account"
	pathUser          = "/user/info"
	pathSites         = "/sites"
	pathSources       = "/sources"
	pathVariables     = "/variables"
	pathData          = "/data"
	pathUnits         = "/units"
	pathVariableTypes = "/variableTypes"
	pathEnergyTypes   = "/energyTypes"
	pathSourceTypes   = "/sourceTypes"
	pathSiteTypes     = "/sitetypes"
)

const (
	pageSize   = 500 // items asked for when a list comes in pages
	maxPages   = 200
	idsPerCall = 100 // ids in one query, so that URLs stay short
)

// list reads all items of a list: whole when the Data Hub sends it whole, and page by page when it says that there are more.
func list[W any](ctx context.Context, c *Client, path string, query url.Values) ([]W, error) {
	items, count, err := listOnce[W](ctx, c, path, query)
	if err != nil || count <= len(items) {
		return items, err
	}
	var all []W
	for page := range maxPages {
		q := url.Values{"paging.pageNumber": {strconv.Itoa(page)}, "paging.itemsPerPage": {strconv.Itoa(pageSize)}}
		for k, v := range query {
			q[k] = v
		}
		items, _, err := listOnce[W](ctx, c, path, q)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if len(items) < pageSize || len(all) >= count {
			break
		}
	}
	return all, nil
}

func listOnce[W any](ctx context.Context, c *Client, path string, query url.Values) (items []W, count int, err error) {
	err = c.get(ctx, path, query, c.hub.maxList, func(h http.Header, body io.Reader) error {
		items, _, err = readItems[W](c, path, body)
		count = total(h)
		return err
	})
	return items, count, err
}

// listIDs reads a list in slices of at most idsPerCall ids under the parameter name.
func listIDs[W any, ID ~int64](ctx context.Context, c *Client, path, name string, ids []ID, query url.Values) ([]W, error) {
	var all []W
	for len(ids) > 0 {
		n := min(idsPerCall, len(ids))
		q := url.Values{}
		for k, v := range query {
			q[k] = v
		}
		for _, id := range ids[:n] {
			q.Add(name, strconv.FormatInt(int64(id), 10))
		}
		items, err := list[W](ctx, c, path, q)
		if err != nil {
			return nil, err
		}
		all, ids = append(all, items...), ids[n:]
	}
	return all, nil
}

// Account returns the account of the person's token.
func (c *Client) Account(ctx context.Context) (Account, error) {
	items, _, err := listOnce[struct {
		ID   number `json:"id"`
		Name text   `json:"name"`
	}](ctx, c, pathAccount, nil)
	if err != nil || len(items) == 0 {
		return Account{}, orMissing(err, "account")
	}
	return Account{ID: int64(items[0].ID), Name: string(items[0].Name)}, nil
}

// User returns the person whose token is used.
func (c *Client) User(ctx context.Context) (User, error) {
	items, _, err := listOnce[struct {
		ID    text `json:"id"`
		Name  text `json:"name"`
		Email text `json:"email"`
	}](ctx, c, pathUser, nil)
	if err != nil || len(items) == 0 {
		return User{}, orMissing(err, "user")
	}
	return User{ID: string(items[0].ID), Name: string(items[0].Name), Email: string(items[0].Email)}, nil
}

type wireUnit struct {
	ID       number `json:"id"`
	Name     text   `json:"name"`
	Symbol   text   `json:"symbol"`
	Divisor  real   `json:"divisor"`
	Offset   real   `json:"offset"`
	ParentID number `json:"parentId"`
	FamilyID number `json:"unitFamilyId"`
}

// Units returns the units of measurement, in no particular order.
func (c *Client) Units(ctx context.Context) ([]Unit, error) {
	items, err := list[wireUnit](ctx, c, pathUnits, nil)
	units := make([]Unit, len(items))
	for i, u := range items {
		units[i] = Unit{ID: int(u.ID), Name: string(u.Name), Symbol: string(u.Symbol), Divisor: float64(u.Divisor), Offset: float64(u.Offset), ParentID: int(u.ParentID), FamilyID: int(u.FamilyID)}
	}
	return units, err
}

// EnergyTypes returns the reference list of energy types.
func (c *Client) EnergyTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathEnergyTypes)
}

// SourceTypes returns the reference list of source types.
func (c *Client) SourceTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathSourceTypes)
}

// SiteTypes returns the reference list of site types.
func (c *Client) SiteTypes(ctx context.Context) ([]Named, error) { return c.named(ctx, pathSiteTypes) }

// VariableTypes returns the reference list of variable types.
func (c *Client) VariableTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathVariableTypes)
}

func (c *Client) named(ctx context.Context, path string) ([]Named, error) {
	items, err := list[struct {
		ID   number `json:"id"`
		Name text   `json:"name"`
	}](ctx, c, path, nil)
	names := make([]Named, len(items))
	for i, n := range items {
		names[i] = Named{ID: int(n.ID), Name: string(n.Name)}
	}
	return names, err
}

// orMissing returns err, or ErrNotFound when the Data Hub left out what was asked for.
func orMissing(err error, what string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", what, ErrNotFound)
}

// clientData reads the forms of an entity; a form that is not shaped as one is left out.
func clientData(raw json.RawMessage) ClientData {
	var forms map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &forms) != nil {
		return nil
	}
	d := ClientData{}
	for name, form := range forms {
		var groups map[string]map[string]any
		if json.Unmarshal(form, &groups) == nil && groups != nil {
			d[name] = groups
		}
	}
	return d
}
