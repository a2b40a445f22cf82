package healthcheck

// The http and https kinds: up when the answer's status and body are the expected
// ones. All of a probe happens in the caller's goroutine, on one connection at a
// time, which ends with the context. The body is a part of the answer: of what is
// longer than 64 KiB, that much must come in time.

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"meridian/config"
)

// What one answer may cost, whatever it sends.
const (
	maxHeader     = 64 << 10    // octets of status line and headers, interim answers included
	maxBody       = 64 << 10    // octets of body that are read and searched
	maxBodyOnWire = 8 * maxBody // with the framing of small chunks
	maxInterim    = 5           // 1xx answers before the real one
	maxRedirects  = 5
)

// httpProbe is one probe under way.
type httpProbe struct {
	target Target
	roots  *x509.CertPool
	report report
}

// answer is what came back to one request. The body is read only where the status
// is one that is expected.
type answer struct {
	status   int
	location string
	body     []byte
}

func probeHTTP(ctx context.Context, t Target, roots *x509.CertPool) Result {
	p := httpProbe{target: t, roots: roots}
	u, err := firstURL(t)
	if err != nil {
		return p.report.fail("%v", err)
	}
	for followed := 0; ; followed++ {
		a, err := p.ask(ctx, u)
		switch {
		case err != nil:
			return p.report.fail("%v", err)
		case !p.follows(a):
			return p.judge(a)
		case followed == maxRedirects:
			return p.report.fail("redirected again after %d redirects", maxRedirects)
		}
		if u, err = p.next(u, a.location); err != nil {
			return p.report.fail("%v", err)
		}
	}
}

// judge compares the answer with what is expected.
func (p *httpProbe) judge(a answer) Result {
	s := p.target.Settings
	if !hasStatus(s.Status, a.status) {
		return p.report.fail("expected %s", strings.NewReplacer("-", "–", ",", ", ").Replace(s.Status))
	}
	if !bytes.Contains(a.body, []byte(s.Body)) {
		return p.report.fail("%q is not in the first %d octets of the body", s.Body, len(a.body))
	}
	return p.report.pass()
}

func hasStatus(set string, status int) bool {
	for text := range strings.SplitSeq(set, ",") {
		var r config.StatusRange
		if r.UnmarshalText([]byte(text)) == nil && int(r.First) <= status && status <= int(r.Last) {
			return true
		}
	}
	return false
}

// ask connects, sends one request and reads its answer. Its errors are in words.
func (p *httpProbe) ask(ctx context.Context, u *url.URL) (answer, error) {
	timeout := p.target.Settings.Timeout
	port, err := portOf(u)
	if err != nil {
		return answer{}, err
	}
	raw, err := connect(ctx, netip.AddrPortFrom(p.target.Address.Addr(), port), &p.report)
	if err != nil {
		return answer{}, errors.New(words(err, "connection", timeout))
	}
	defer raw.Close()
	conn := net.Conn(raw)
	if u.Scheme == config.KindHTTPS {
		if conn, err = startTLS(raw, p.tlsConfig(), &p.report, timeout); err != nil {
			return answer{}, err
		}
	}
	request := p.request(u)
	if err := request.Write(conn); err != nil {
		return answer{}, fmt.Errorf("sending the request: %s", words(err, "room for it", timeout))
	}
	return p.read(conn, request)
}

func (p *httpProbe) request(u *url.URL) *http.Request {
	return &http.Request{
		Method: p.target.Settings.Method,
		URL:    u,
		Host:   bracketed(p.target.Host),
		Header: http.Header{"User-Agent": {"meridian-healthcheck"}, "Accept": {"*/*"}},
		Close:  true,
	}
}

// tlsConfig verifies the certificate for the host, or for the address where that is
// the host.
func (p *httpProbe) tlsConfig() *tls.Config {
	return &tls.Config{
		ServerName:         serverName(p.target.Host),
		RootCAs:            p.roots,
		InsecureSkipVerify: p.target.Settings.Insecure,
	}
}

// read reads the answer within its bounds. The response's Body is not closed, since
// that would read it to its end, however far that is; closing the connection does.
func (p *httpProbe) read(conn net.Conn, request *http.Request) (answer, error) {
	wire := &boundedReader{r: conn, limit: maxHeader}
	buffer := bufio.NewReader(wire)
	sent := time.Now()
	if _, err := buffer.Peek(1); err != nil {
		return answer{}, errors.New(words(err, "answer", p.target.Settings.Timeout))
	}
	p.report.phases.FirstByte = time.Since(sent)
	response, err := readHeader(buffer, request)
	if err != nil {
		return answer{}, p.readError("headers", cmp.Or(wire.err, err))
	}
	p.report.say("got %d", response.StatusCode)
	a := answer{status: response.StatusCode, location: response.Header.Get("Location")}
	if p.follows(a) || !hasStatus(p.target.Settings.Status, a.status) {
		return a, nil
	}
	wire.limit, wire.read = maxBodyOnWire, 0
	var body bytes.Buffer
	into := io.Writer(&body)
	if p.target.Settings.Body == "" {
		into = io.Discard
	}
	if _, err := io.CopyN(into, response.Body, maxBody); err != nil && err != io.EOF {
		return answer{}, p.readError("body", cmp.Or(wire.err, err))
	}
	a.body = body.Bytes()
	return a, nil
}

func (p *httpProbe) readError(part string, err error) error {
	return fmt.Errorf("reading the %s: %s", part, words(err, "end of the "+part, p.target.Settings.Timeout))
}

// boundedReader is a connection of which only so much is read. It remembers what
// ended it, since what stands above takes a torn line for a malformed one.
type boundedReader struct {
	r     io.Reader
	limit int // set anew for each part
	read  int // of this part
	err   error
}

func (b *boundedReader) Read(p []byte) (n int, err error) {
	if b.read >= b.limit {
		b.err = fmt.Errorf("no end after %d KiB", b.limit>>10)
		return 0, b.err
	}
	n, b.err = b.r.Read(p[:min(len(p), b.limit-b.read)])
	b.read += n
	return n, b.err
}

// readHeader reads up to the end of the headers, and past interim answers (RFC 9110
// section 15.2), but not 101, after which no other would come.
func readHeader(r *bufio.Reader, request *http.Request) (*http.Response, error) {
	for range maxInterim + 1 {
		response, err := http.ReadResponse(r, request)
		if err != nil {
			return nil, err
		}
		if response.StatusCode/100 != 1 || response.StatusCode == http.StatusSwitchingProtocols {
			return response, nil
		}
	}
	return nil, fmt.Errorf("more than %d interim answers", maxInterim)
}

// follows says whether the answer sends the probe on.
func (p *httpProbe) follows(a answer) bool {
	if !p.target.Settings.FollowRedirects || a.location == "" {
		return false
	}
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// next is where a redirect leads: always to the target's address, whatever the
// name, so a redirect to another name says nothing about the target and is refused.
func (p *httpProbe) next(from *url.URL, location string) (*url.URL, error) {
	u, err := from.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("redirected to %q, which is no URL", location)
	}
	name := strings.ToLower(u.Hostname())
	if name != serverName(p.target.Host) && name != p.target.Address.Addr().String() {
		return nil, fmt.Errorf("redirected to %q, away from the target", location)
	}
	return u, nil
}

// firstURL is what the check names. Its host serves for relative redirects alone:
// the connection goes to the target's address, and the Host field is the check's.
func firstURL(t Target) (*url.URL, error) {
	if !strings.HasPrefix(t.Settings.Path, "/") {
		return nil, fmt.Errorf("the path %q doesn't begin with /", t.Settings.Path)
	}
	port := strconv.Itoa(int(t.Address.Port()))
	u, err := url.Parse(t.Settings.Kind + "://" + net.JoinHostPort(serverName(t.Host), port) + t.Settings.Path)
	if err != nil {
		return nil, fmt.Errorf("host %q with path %q makes no URL: %w", t.Host, t.Settings.Path, errors.Unwrap(err))
	}
	return u, nil
}

func portOf(u *url.URL) (uint16, error) {
	switch port, err := strconv.ParseUint(u.Port(), 10, 16); {
	case u.Scheme != config.KindHTTP && u.Scheme != config.KindHTTPS:
		return 0, fmt.Errorf("%q is no scheme of HTTP", u.Scheme)
	case err == nil:
		return uint16(port), nil
	case u.Port() != "":
		return 0, fmt.Errorf("%q is no port", u.Port())
	case u.Scheme == config.KindHTTPS:
		return 443, nil
	default:
		return 80, nil
	}
}

// serverName is a host without the port that it may carry for the Host field.
func serverName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// bracketed is a host as a URL and the Host field write it (RFC 3986 section 3.2.2).
func bracketed(host string) string {
	if strings.Count(host, ":") > 1 && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}
