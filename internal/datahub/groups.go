package datahub

import (
	"context"
	"net/url"
	"strconv"
)

// GroupID is a group's id.
type GroupID int64

// Group is a set of sites.
type Group struct {
	ID   GroupID
	Name string
}

// Groups returns the groups that the person may see, in no particular order.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	return listing[wireNamed, Group]{path: pathGroups, convert: func(w wireNamed) Group { return Group{ID: GroupID(*w.ID), Name: string(w.Name)} }}.read(ctx, c)
}

// GroupSites returns the sites of a group that the person may see, in no particular order, or ErrNotFound when there is no such group.
func (c *Client) GroupSites(ctx context.Context, id GroupID) ([]Site, error) {
	path, err := fill(pathGroupSites, strconv.FormatInt(int64(id), 10))
	if err != nil {
		return nil, err
	}
	return listing[wireSite, Site]{path: path, route: pathGroupSites, query: url.Values{"displayLevel": {"VerboseSite"}}, convert: wireSite.site}.read(ctx, c)
}
