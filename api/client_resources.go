package api

// The client's methods for regions, topologies, checks and steered records. Each Put
// sets the whole resource, whether or not it is there.

import (
	"context"
	"net/http"
	"net/url"

	"meridian/config"
)

// Regions lists all regions by name.
func (c *Client) Regions(ctx context.Context) ([]Region, error) {
	return get[[]Region](ctx, c, pathOf("regions"), nil)
}

// Region returns one region.
func (c *Client) Region(ctx context.Context, name string) (Region, error) {
	return get[Region](ctx, c, pathOf("regions", name), nil)
}

// PutRegion sets a region.
func (c *Client) PutRegion(ctx context.Context, terms Terms, name string, settings config.Region) (Outcome, error) {
	return c.change(ctx, http.MethodPut, pathOf("regions", name), terms, settings)
}

// DeleteRegion deletes a region.
func (c *Client) DeleteRegion(ctx context.Context, terms Terms, name string) (Outcome, error) {
	return c.change(ctx, http.MethodDelete, pathOf("regions", name), terms, nil)
}

// Topologies lists all topologies by name.
func (c *Client) Topologies(ctx context.Context) ([]Topology, error) {
	return get[[]Topology](ctx, c, pathOf("topologies"), nil)
}

// Topology returns one topology.
func (c *Client) Topology(ctx context.Context, name string) (Topology, error) {
	return get[Topology](ctx, c, pathOf("topologies", name), nil)
}

// PutTopology sets a topology.
func (c *Client) PutTopology(ctx context.Context, terms Terms, name string, settings config.Topology) (Outcome, error) {
	return c.change(ctx, http.MethodPut, pathOf("topologies", name), terms, settings)
}

// DeleteTopology deletes a topology.
func (c *Client) DeleteTopology(ctx context.Context, terms Terms, name string) (Outcome, error) {
	return c.change(ctx, http.MethodDelete, pathOf("topologies", name), terms, nil)
}

// Checks lists all checks by name, without their targets.
func (c *Client) Checks(ctx context.Context) ([]Check, error) {
	return get[[]Check](ctx, c, pathOf("checks"), nil)
}

// Check returns one check with its targets.
func (c *Client) Check(ctx context.Context, name string) (Check, error) {
	return get[Check](ctx, c, pathOf("checks", name), nil)
}

// PutCheck sets a check.
func (c *Client) PutCheck(ctx context.Context, terms Terms, name string, settings config.Check) (Outcome, error) {
	return c.change(ctx, http.MethodPut, pathOf("checks", name), terms, settings)
}

// DeleteCheck deletes a check.
func (c *Client) DeleteCheck(ctx context.Context, terms Terms, name string) (Outcome, error) {
	return c.change(ctx, http.MethodDelete, pathOf("checks", name), terms, nil)
}

// Steered lists steered records, of one zone or (zone "") of all, without the states
// of their endpoints.
func (c *Client) Steered(ctx context.Context, zone string) ([]Steered, error) {
	q := url.Values{}
	put(q, "zone", zone)
	return get[[]Steered](ctx, c, pathOf("steered"), q)
}

// SteeredRecord returns one steered record with the states of its endpoints.
func (c *Client) SteeredRecord(ctx context.Context, zone, owner string) (Steered, error) {
	return get[Steered](ctx, c, pathOf("zones", zone, "steered", owner), nil)
}

// PutSteered sets a steered record.
func (c *Client) PutSteered(ctx context.Context, terms Terms, zone, owner string, settings config.Steered) (Outcome, error) {
	return c.change(ctx, http.MethodPut, pathOf("zones", zone, "steered", owner), terms, settings)
}

// DeleteSteered deletes a steered record.
func (c *Client) DeleteSteered(ctx context.Context, terms Terms, zone, owner string) (Outcome, error) {
	return c.change(ctx, http.MethodDelete, pathOf("zones", zone, "steered", owner), terms, nil)
}
