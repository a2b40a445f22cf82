package api

// The client's methods for zones and their records. A zone is named in full, with or
// without its last dot; an owner is relative to it unless it ends in a dot, and "@"
// is the apex.

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"meridian/wire"
	"meridian/zones"
)

// Zones lists all zones in canonical order.
func (c *Client) Zones(ctx context.Context) ([]Zone, error) {
	return get[[]Zone](ctx, c, pathOf("zones"), nil)
}

// Zone returns one zone.
func (c *Client) Zone(ctx context.Context, zone string) (Zone, error) {
	return get[Zone](ctx, c, pathOf("zones", zone), nil)
}

// CreateZone makes a zone with nothing in it.
func (c *Client) CreateZone(ctx context.Context, terms Terms, zone NewZone) (Outcome, error) {
	return c.change(ctx, http.MethodPost, pathOf("zones"), terms, zone)
}

// DeleteZone deletes a zone with all that is in it.
func (c *Client) DeleteZone(ctx context.Context, terms Terms, zone string) (Outcome, error) {
	return c.change(ctx, http.MethodDelete, pathOf("zones", zone), terms, nil)
}

// SetSerials sets how a zone's serial advances from now on.
func (c *Client) SetSerials(ctx context.Context, terms Terms, zone string, mode zones.SerialMode) (Outcome, error) {
	return c.change(ctx, http.MethodPut, pathOf("zones", zone, "serials"), terms, SerialsOf{mode})
}

// Import replaces the static records of zones in one revision.
func (c *Client) Import(ctx context.Context, terms Terms, zones Import) (Outcome, error) {
	return c.change(ctx, http.MethodPost, pathOf("import"), terms, zones)
}

// Records lists static RRsets of a zone, in canonical order.
func (c *Client) Records(ctx context.Context, zone string, which Which) ([]RRset, error) {
	q := url.Values{}
	put(q, "owner", which.Owner)
	put(q, "type", which.Type)
	if which.RDATA {
		q.Set("rdata", "true")
	}
	return get[[]RRset](ctx, c, pathOf("zones", zone, "records"), q)
}

// Contents returns all static records of a zone, for its WriteTo to make a master file.
func (c *Client) Contents(ctx context.Context, zone string) (*zones.Contents, error) {
	rrsets, err := c.Records(ctx, zone, Which{RDATA: true})
	if err != nil {
		return nil, err
	}
	name, err := wire.ParseName(zone)
	if err != nil {
		return nil, fmt.Errorf("the zone's name %s: %w", zone, err)
	}
	contents, problems := Records{RRsets: rrsets}.Contents(name)
	return contents, problems.Err()
}

// SetRecords sets one RRset, whether or not it is there.
func (c *Client) SetRecords(ctx context.Context, terms Terms, zone, owner, typ string, data RRsetData) (Outcome, error) {
	return c.change(ctx, http.MethodPut, pathOf("zones", zone, "records", owner, typ), terms, data)
}

// DeleteRecords deletes one RRset.
func (c *Client) DeleteRecords(ctx context.Context, terms Terms, zone, owner, typ string) (Outcome, error) {
	return c.change(ctx, http.MethodDelete, pathOf("zones", zone, "records", owner, typ), terms, nil)
}
