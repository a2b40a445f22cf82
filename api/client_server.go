package api

// The client's methods for overrides, whole configurations, history and the server.

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"meridian/explain"
)

// Overrides lists all overrides: regions first, then endpoints.
func (c *Client) Overrides(ctx context.Context) ([]Override, error) {
	return get[[]Override](ctx, c, pathOf("overrides"), nil)
}

// Override says an operator's word.
func (c *Client) Override(ctx context.Context, terms Terms, word OverrideRequest) (Outcome, error) {
	return c.change(ctx, http.MethodPost, pathOf("overrides"), terms, word)
}

// Apply makes what a manifest names as it says, in one revision.
func (c *Client) Apply(ctx context.Context, terms Terms, manifest Apply) (Outcome, error) {
	return c.change(ctx, http.MethodPost, pathOf("apply"), terms, manifest)
}

// Export returns the configuration without static records.
func (c *Client) Export(ctx context.Context) (Export, error) {
	return get[Export](ctx, c, pathOf("export"), nil)
}

// Status returns how the server stands.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return get[Status](ctx, c, pathOf("status"), nil)
}

// History lists the newest revisions, the newest first; limit 0 is all that are kept.
func (c *Client) History(ctx context.Context, limit int) ([]Revision, error) {
	q := url.Values{}
	if limit != 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[[]Revision](ctx, c, pathOf("history"), q)
}

// Revision returns one revision with what it changed, at most as many lines (0:
// DefaultLines).
func (c *Client) Revision(ctx context.Context, revision uint64, lines int) (RevisionDiff, error) {
	q := url.Values{}
	if lines != 0 {
		q.Set("lines", strconv.Itoa(lines))
	}
	return get[RevisionDiff](ctx, c, pathOf("history", strconv.FormatUint(revision, 10)), q)
}

// Rollback makes the configuration what it was as of a revision, as a new revision.
func (c *Client) Rollback(ctx context.Context, terms Terms, revision uint64) (Outcome, error) {
	return c.change(ctx, http.MethodPost, pathOf("history", strconv.FormatUint(revision, 10), "rollback"), terms, nil)
}

// Explain says why a question gets its answer. The name is a full one; typ "" is A;
// client is an address or prefix.
func (c *Client) Explain(ctx context.Context, name, typ, client string) (explain.Explanation, error) {
	q := url.Values{}
	put(q, "name", name)
	put(q, "type", typ)
	put(q, "client", client)
	return get[explain.Explanation](ctx, c, pathOf("explain"), q)
}
