package datahub

import (
	"context"
	"encoding/json"
	"net/url"
)

// SiteQuery selects sites; the zero SiteQuery selects all that the person may see.
type SiteQuery struct {
	IDs []SiteID
}

// Sites returns the sites that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Sites(ctx context.Context, q SiteQuery) ([]Site, error) {
	query := url.Values{"displayLevel": {"VerboseSite"}}
	l := listing[wireSite, Site]{path: pathSites, query: query, convert: wireSite.site, wanted: func(s Site) bool {
		return oneOf(q.IDs, s.ID)
	}}
	return l.readIDs(ctx, c, "siteIds", texts(q.IDs))
}

// Site returns one site, or ErrNotFound when there is none that the person may see.
func (c *Client) Site(ctx context.Context, id SiteID) (Site, error) {
	sites, err := c.Sites(ctx, SiteQuery{IDs: []SiteID{id}})
	return only(sites, err, "site")
}

type wireSite struct {
	ID         *number         `json:"id"`
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

func (w wireSite) key() (string, bool) { return id(w.ID, 1) }

func (w wireSite) site() Site {
	return Site{
		ID:         SiteID(*w.ID),
		Name:       string(w.Name),
		TypeID:     int(w.TypeID),
		Street:     string(w.Street),
		PostalCode: string(w.PostalCode),
		City:       string(w.City),
		Country:    string(w.Country),
		TimeZoneID: string(w.TimeZoneID),
		Location:   location(w.Location),
		ClientData: clientData(w.ClientData),
	}
}

// location reads a place in the spellings that are likely; its shape is not published. Nil for anything else.
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

// clientData reads the forms of an entity: form → group → field → value. A form or group that is shaped otherwise is left out.
func clientData(raw json.RawMessage) ClientData {
	var forms map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &forms) != nil || forms == nil {
		return nil
	}
	d := ClientData{}
	for name, form := range forms {
		var groups map[string]json.RawMessage
		if json.Unmarshal(form, &groups) != nil || groups == nil {
			continue
		}
		d[name] = map[string]map[string]any{}
		for group, raw := range groups {
			var fields map[string]any
			if json.Unmarshal(raw, &fields) == nil && fields != nil {
				d[name][group] = fields
			}
		}
	}
	return d
}
