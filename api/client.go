package api

// The client: how a request travels, and what comes back.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Client talks to one server. Make it with NewClient.
type Client struct {
	// Author is who changes are by whose Terms name none. Set it before the first use.
	Author string

	server string
	token  string
	base   string
	http   *http.Client
}

// NewClient returns a client of a server: unix:PATH, or ADDR:PORT with the server's
// admin token. It connects at the first request.
func NewClient(server, token string) (*Client, error) {
	c := &Client{server: server, token: token}
	transport := &http.Transport{}
	if path, ok := strings.CutPrefix(server, "unix:"); ok {
		if path == "" {
			return nil, fmt.Errorf("%q names no socket: write unix:PATH, as in unix:/run/meridian/admin.sock", server)
		}
		c.base = "http://meridian"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}
	} else {
		addr, err := netip.ParseAddrPort(server)
		if err != nil {
			return nil, fmt.Errorf("%q is no server: write unix:PATH or ADDR:PORT, as in 127.0.0.1:8053", server)
		}
		c.base = "http://" + addr.String()
	}
	c.http = &http.Client{Transport: transport}
	return c, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// do sends a request and decodes the answer into out. body and out may be nil; a body
// that is a reader is sent as it is, others are JSON.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	reader, isStream := body.(io.Reader)
	if body != nil && !isStream {
		data, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encoding the request: %w", err)
		}
		reader = bytes.NewReader(data)
	}
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return fmt.Errorf("making the request: %w", err)
	}
	switch {
	case isStream:
		req.Header.Set("Content-Type", streamType)
	case body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return c.readError(resp)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", c.server, err)
	}
	return nil
}

// unreachable says which server didn't answer, and what to do. A request that may have
// been taken before its connection broke is told apart: the change may have been made.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w at %s: %v (is meridian serve running? --server or MERIDIAN_SERVER says where)", ErrUnreachable, c.server, op.Err)
	}
	return fmt.Errorf("%w any more at %s: %v (a change may have been made: look into its history)", ErrUnreachable, c.server, err)
}

// maxErrorBytes bounds what is read of an answer that is an error.
const maxErrorBytes = 16 << 20

func (c *Client) readError(resp *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes))
	e := &Error{}
	if json.Unmarshal(data, e) != nil || e.Message == "" {
		e.Message = fmt.Sprintf("%s answered %s: is it a meridian server of this version?", c.server, resp.Status)
	}
	e.Status = resp.StatusCode
	return e
}

// change sends a change and returns what became of it.
func (c *Client) change(ctx context.Context, method, path string, terms Terms, body any) (Outcome, error) {
	if terms.Author == "" {
		terms.Author = c.Author
	}
	var out Outcome
	err := c.do(ctx, method, path, terms.query(), body, &out)
	return out, err
}

func (t Terms) query() url.Values {
	q := url.Values{}
	put(q, "author", t.Author)
	put(q, "message", t.Message)
	if t.Base != 0 {
		q.Set("base", strconv.FormatUint(t.Base, 10))
	}
	if t.DryRun {
		q.Set("dry_run", "true")
	}
	if t.Lines != 0 {
		q.Set("lines", strconv.Itoa(t.Lines))
	}
	return q
}

func put(q url.Values, key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

// pathOf joins the parts of a path, each escaped. The root zone's dot is escaped too,
// or it would be taken as a step in the path.
func pathOf(parts ...string) string {
	var sb strings.Builder
	sb.WriteString("/v1")
	for _, part := range parts {
		sb.WriteByte('/')
		if strings.Trim(part, ".") == "" {
			sb.WriteString(strings.ReplaceAll(part, ".", "%2E"))
		} else {
			sb.WriteString(url.PathEscape(part))
		}
	}
	return sb.String()
}

// get is do for what is only looked at.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	err := c.do(ctx, http.MethodGet, path, query, nil, &out)
	return out, err
}
