package datahub

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
)

// SiteQuery selects sites; the zero SiteQuery selects all that the person may see.
type SiteQuery struct {
	IDs []SiteID
}

type wireSite struct {
	ID         number          `json:"id"`
	Name       text            `json:"name"`
	TypeID     number          `json:"typeId"`
	Street     text            `json:"street"`
	PostalCode text            `json:"postalCode"`
	City       text            `json:"city"`
	Country    text            `json:"country"`
	TimeZoneID text            `json:"timeZoneId"`
	Location   json.RawMessage `json:"location"`
	ClientData json.RawMessage `json:"clientData"`
}

func (w wireSite) site() Site {
	return Site{ID: SiteID(w.ID), Name: string(w.Name), TypeID: int(w.TypeID), Street: string(w.Street), PostalCode: string(w.PostalCode),
		City: string(w.City), Country: string(w.Country), TimeZoneID: string(w.TimeZoneID), Location: location(w.Location), ClientData: clientData(w.ClientData)}
}

// location reads a place in the spellings that are known; its shape is not documented. Nil for anything else.
func location(raw json.RawMessage) *Location {
	var l struct {
		Latitude  *real `json:"latitude"`
		Lat       *real `json:"lat"`
		Longitude *real `json:"longitude"`
		Lon       *real `json:"lon"`
		Lng       *real `json:"lng"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &l) != nil {
		return nil
	}
	lat, lon := first(l.Latitude, l.Lat), first(l.Longitude, l.Lon, l.Lng)
	if lat == nil || lon == nil || *lat < -90 || *lat > 90 || *lon < -180 || *lon > 180 {
		return nil
	}
	return &Location{Lat: float64(*lat), Lon: float64(*lon)}
}

func first(candidates ...*real) *real {
	for _, r := range candidates {
		if r != nil {
			return r
		}
	}
	return nil
}

// Sites returns the sites that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Sites(ctx context.Context, q SiteQuery) ([]Site, error) {
	var items []wireSite
	var err error
	query := url.Values{"displayLevel": {"VerboseSite"}}
	if len(q.IDs) > 0 {
		items, err = listIDs[wireSite](ctx, c, pathSites, "siteIds", q.IDs, query)
	} else {
		items, err = list[wireSite](ctx, c, pathSites, query)
	}
	sites := make([]Site, len(items))
	for i, w := range items {
		sites[i] = w.site()
	}
	return sites, err
}

// Site returns one site, or ErrNotFound when there is none that the person may see.
func (c *Client) Site(ctx context.Context, id SiteID) (Site, error) {
	sites, err := c.Sites(ctx, SiteQuery{IDs: []SiteID{id}})
	return only(sites, err, "site", func(s Site) bool { return s.ID == id })
}

// SourceQuery selects sources, by site or by ids; the zero SourceQuery selects all that the person may see.
type SourceQuery struct {
	Site SiteID
	IDs  []SourceID
}

type wireSource struct {
	ID            number          `json:"id"`
	SiteID        number          `json:"siteId"`
	Name          text            `json:"name"`
	SiteName      text            `json:"siteName"`
	SerialNumber  text            `json:"serialNumber"`
	MeterNumber   text            `json:"meterNumber"`
	EANNumber     text            `json:"eanNumber"`
	SourceTypeID  number          `json:"sourceTypeId"`
	EnergyTypeID  number          `json:"energyTypeId"`
	EnergyUsageID number          `json:"energyUsageId"`
	TimeZoneID    text            `json:"timeZoneId"`
	Description   text            `json:"description"`
	Localisation  text            `json:"localisation"`
	Tags          []text          `json:"tags"`
	ClientData    json.RawMessage `json:"clientData"`
}

func (w wireSource) source() Source {
	s := Source{ID: SourceID(w.ID), SiteID: SiteID(w.SiteID), Name: string(w.Name), SiteName: string(w.SiteName), SerialNumber: string(w.SerialNumber),
		MeterNumber: string(w.MeterNumber), EANNumber: string(w.EANNumber), SourceTypeID: int(w.SourceTypeID), EnergyTypeID: int(w.EnergyTypeID),
		EnergyUsageID: int(w.EnergyUsageID), TimeZoneID: string(w.TimeZoneID), Description: string(w.Description), Localisation: string(w.Localisation),
		ClientData: clientData(w.ClientData)}
	for _, tag := range w.Tags {
		s.Tags = append(s.Tags, string(tag))
	}
	return s
}

// Sources returns the selected sources that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Sources(ctx context.Context, q SourceQuery) ([]Source, error) {
	var items []wireSource
	var err error
	query := url.Values{"displayLevel": {"VerboseSite"}}
	if q.Site != 0 {
		query.Set("siteId", strconv.FormatInt(int64(q.Site), 10))
	}
	if len(q.IDs) > 0 {
		items, err = listIDs[wireSource](ctx, c, pathSources, "ids", q.IDs, query)
	} else {
		items, err = list[wireSource](ctx, c, pathSources, query)
	}
	sources := make([]Source, len(items))
	for i, w := range items {
		sources[i] = w.source()
	}
	return sources, err
}

// Source returns one source, or ErrNotFound when there is none that the person may see.
func (c *Client) Source(ctx context.Context, id SourceID) (Source, error) {
	sources, err := c.Sources(ctx, SourceQuery{IDs: []SourceID{id}})
	return only(sources, err, "source", func(s Source) bool { return s.ID == id })
}

// VariableQuery selects variables that belong to a source and have an id out of those that are given; the zero VariableQuery
// selects all that the person may see.
type VariableQuery struct {
	Source  SourceID // the same as Sources with one id
	Sources []SourceID
	IDs     []VariableID
}

type wireVariable struct {
	ID             number          `json:"id"`
	SourceID       number          `json:"sourceId"`
	Name           text            `json:"name"`
	VariableTypeID number          `json:"variableTypeId"`
	UnitID         number          `json:"unitId"`
	Granularity    real            `json:"granularity"`
	TimeBase       TimePeriod      `json:"granularityTimeBase"`
	QuantityType   QuantityType    `json:"quantityType"`
	Aggregate      Aggregate       `json:"aggregate"`
	MappingConfig  text            `json:"mappingConfig"`
	IsDefault      bool            `json:"isDefault"`
	Calculated     json.RawMessage `json:"calculated"`
}

func (w wireVariable) variable() Variable {
	return Variable{ID: VariableID(w.ID), SourceID: SourceID(w.SourceID), Name: string(w.Name), VariableTypeID: int(w.VariableTypeID), UnitID: int(w.UnitID),
		Step: Step{Count: float64(w.Granularity), Period: w.TimeBase}, QuantityType: w.QuantityType, Aggregate: w.Aggregate,
		MappingConfig: string(w.MappingConfig), IsDefault: w.IsDefault, Calculated: len(w.Calculated) > 2 && string(w.Calculated) != "null"}
}

// Variables returns the selected variables that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Variables(ctx context.Context, q VariableQuery) ([]Variable, error) {
	var items []wireVariable
	var err error
	query := url.Values{"displayLevel": {"Verbose"}}
	if len(q.IDs) == 1 {
		query.Set("id", strconv.FormatInt(int64(q.IDs[0]), 10))
	}
	if len(q.Sources) > 0 {
		items, err = listIDs[wireVariable](ctx, c, pathVariables, "sourceIds", q.Sources, query)
	} else {
		items, err = list[wireVariable](ctx, c, pathVariables, query)
	}
	variables := make([]Variable, len(items))
	for i, w := range items {
		variables[i] = w.variable()
	}
	return variables, err
}

// Variable returns one variable, or ErrNotFound when there is none that the person may see.
func (c *Client) Variable(ctx context.Context, id VariableID) (Variable, error) {
	variables, err := c.Variables(ctx, VariableQuery{IDs: []VariableID{id}})
	return only(variables, err, "variable", func(v Variable) bool { return v.ID == id })
}

// only returns the item that was asked for out of a list that may hold others.
func only[T any](items []T, err error, what string, is func(T) bool) (T, error) {
	for _, item := range items {
		if err == nil && is(item) {
			return item, nil
		}
	}
	var none T
	return none, orMissing(err, what)
}
