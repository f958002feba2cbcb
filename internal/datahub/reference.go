package datahub

import (
	"context"
	"net/url"
)

// Account returns the account of the person's token. A 403, such as for a token without the API's scope, is a *StatusError.
func (c *Client) Account(ctx context.Context) (Account, error) {
	w, err := one[wireNamed](ctx, c, pathAccount)
	if err != nil {
		return Account{}, err
	}
	return Account{ID: int64(*w.ID), Name: string(w.Name)}, nil
}

// User returns the person whose token is used.
func (c *Client) User(ctx context.Context) (User, error) {
	w, err := one[wireUser](ctx, c, pathUser)
	if err != nil {
		return User{}, err
	}
	return User{ID: string(w.ID), Name: string(w.Name), Email: string(w.Email)}, nil
}

// Units returns the units of measurement, in no particular order.
func (c *Client) Units(ctx context.Context) ([]Unit, error) {
	return listing[wireUnit, Unit]{path: pathUnits, convert: wireUnit.unit}.read(ctx, c)
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
func (c *Client) SiteTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathSiteTypes)
}

// VariableTypes returns the reference list of variable types.
func (c *Client) VariableTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathVariableTypes)
}

// FieldTypes returns the reference list of the types that fields of forms have.
func (c *Client) FieldTypes(ctx context.Context) ([]Named, error) {
	return c.named(ctx, pathFieldTypes)
}

func (c *Client) named(ctx context.Context, path string) ([]Named, error) {
	return listing[wireNamed, Named]{path: path, convert: wireNamed.named}.read(ctx, c)
}

// one reads a single object.
func one[W wire](ctx context.Context, c *Client, path string) (W, error) {
	p, err := listing[W, W]{path: path}.readPage(ctx, c, url.Values{})
	if err != nil {
		var none W
		return none, err
	}
	return only(p.items, nil, path)
}

type wireNamed struct {
	ID   *number `json:"id"`
	Name text    `json:"name"`
}

func (w wireNamed) key() (string, bool) { return id(w.ID, 0) }

func (w wireNamed) named() Named { return Named{ID: int(*w.ID), Name: string(w.Name)} }

// wireUser has an opaque id, which is no key of a list: people are read one by one.
type wireUser struct {
	ID    text `json:"id"`
	Name  text `json:"name"`
	Email text `json:"email"`
}

func (w wireUser) key() (string, bool) { return string(w.ID), w.ID != "" }

type wireUnit struct {
	ID       *number `json:"id"`
	Name     text    `json:"name"`
	Symbol   text    `json:"symbol"`
	Divisor  real    `json:"divisor"`
	Offset   real    `json:"offset"`
	ParentID number  `json:"parentId"`
	FamilyID number  `json:"unitFamilyId"`
}

func (w wireUnit) key() (string, bool) { return id(w.ID, 0) }

func (w wireUnit) unit() Unit {
	return Unit{
		ID:       int(*w.ID),
		Name:     string(w.Name),
		Symbol:   string(w.Symbol),
		Divisor:  float64(w.Divisor),
		Offset:   float64(w.Offset),
		ParentID: int(w.ParentID),
		FamilyID: int(w.FamilyID),
	}
}
