package datahub

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
)

// SourceQuery selects sources that lie on one of the sites and have an id out of those that are given; the zero SourceQuery selects all
// that the person may see.
type SourceQuery struct {
	Site  SiteID // the same as one more of Sites
	Sites []SiteID
	IDs   []SourceID
}

// Sources returns the selected sources that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Sources(ctx context.Context, q SourceQuery) ([]Source, error) {
	if q.Site != 0 {
		q.Sites = append(slices.Clone(q.Sites), q.Site)
	}
	query := url.Values{"displayLevel": {"VerboseSite"}}
	l := listing[wireSource, Source]{path: pathSources, query: query, convert: wireSource.source, wanted: func(s Source) bool {
		return oneOf(q.IDs, s.ID) && (len(q.Sites) == 0 || s.SiteID == 0 && len(q.Sites) == 1 || slices.Contains(q.Sites, s.SiteID))
	}}
	switch {
	case len(q.Sites) == 1:
		query.Set("siteId", texts(q.Sites)[0])
	case len(q.Sites) > 1 && len(q.IDs) == 0:
		return l.readIDs(ctx, c, "siteIds", texts(q.Sites))
	}
	return l.readIDs(ctx, c, "ids", texts(q.IDs))
}

// Source returns one source, or ErrNotFound when there is none that the person may see.
func (c *Client) Source(ctx context.Context, id SourceID) (Source, error) {
	sources, err := c.Sources(ctx, SourceQuery{IDs: []SourceID{id}})
	return only(sources, err, "source")
}

type wireSource struct {
	ID            *number         `json:"id"`
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

func (w wireSource) key() (string, bool) { return id(w.ID, 1) }

func (w wireSource) source() Source {
	s := Source{
		ID:            SourceID(*w.ID),
		SiteID:        SiteID(w.SiteID),
		Name:          string(w.Name),
		SiteName:      string(w.SiteName),
		SerialNumber:  string(w.SerialNumber),
		MeterNumber:   string(w.MeterNumber),
		EANNumber:     string(w.EANNumber),
		SourceTypeID:  int(w.SourceTypeID),
		EnergyTypeID:  int(w.EnergyTypeID),
		EnergyUsageID: int(w.EnergyUsageID),
		TimeZoneID:    string(w.TimeZoneID),
		Description:   string(w.Description),
		Localisation:  string(w.Localisation),
		ClientData:    clientData(w.ClientData),
	}
	for _, tag := range w.Tags {
		s.Tags = append(s.Tags, string(tag))
	}
	return s
}
