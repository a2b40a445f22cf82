package healthcheck

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"meridian/config"
)

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhealthy"

func TestHTTP(t *testing.T) {
	plainCheck := config.Check{Kind: config.KindHTTP}
	withBody := config.Check{Kind: config.KindHTTP, Body: "healthy"}
	odd := config.Check{Kind: config.KindHTTP, Status: []config.StatusRange{{First: 503, Last: 503}, {First: 200, Last: 204}}}
	head := config.Check{Kind: config.KindHTTP, Method: "HEAD"}
	padding := strings.Repeat("x", maxBody)
	for _, tt := range []probeCase{
		{name: "200", handle: say(okAnswer), ok: true, reason: connected + `, got 200`},
		{name: "body", handle: say(okAnswer), check: withBody, ok: true, reason: connected + `, got 200`},
		{name: "HEAD", handle: say("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"), check: head, ok: true, reason: connected + `, got 200`},
		{name: "interim answers", handle: say("HTTP/1.1 103 Early Hints\r\n\r\n" + okAnswer), ok: true, reason: connected + `, got 200`},
		{name: "redirect not followed", handle: say("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"), ok: true, reason: connected + `, got 302`},
		{name: "503 expected", handle: say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), check: odd, ok: true, reason: connected + `, got 503`},
		{name: "endless body", handle: sayForEver("HTTP/1.1 200 OK\r\n\r\nhealthy", padding), check: withBody, ok: true, reason: connected + `, got 200`},
		{name: "endless small chunks", handle: sayForEver("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), ok: true, reason: connected + `, got 200`},
		{name: "gigabyte body", handle: sayForEver("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", padding), ok: true, reason: connected + `, got 200`},

		{name: "503", handle: say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), reason: connected + `, got 503, expected 200–399`},
		{name: "503 that never ends", handle: sayForEver("HTTP/1.1 503 Busy\r\n\r\n", ""), reason: connected + `, got 503, expected 200–399`},
		{name: "302 unexpected", handle: say("HTTP/1.1 302 Found\r\n\r\n"), check: odd, reason: connected + `, got 302, expected 200–204, 503`},
		{name: "wrong body", handle: say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsick"), check: withBody, reason: connected + `, got 200, "healthy" is not in the first 4 octets of the body`},
		{name: "body too late", handle: say("HTTP/1.1 200 OK\r\n\r\n" + padding + "healthy"), check: withBody, reason: connected + `, got 200, "healthy" is not in the first 65536 octets of the body`},
		{name: "short body", handle: say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsick"), reason: connected + `, got 200, reading the body: the connection was closed before the end of the body came`},
		{name: "broken chunks", handle: say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), reason: connected + `, got 200, reading the body: .*chunk.*`},
		{name: "endless framing", handle: sayForEver("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1;"+strings.Repeat("x", 30)+"\r\na\r\n"), reason: connected + `, got 200, reading the body: .*chunk.*`},
		{name: "endless trailers", handle: sayForEver("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"), reason: connected + `, got 200, reading the body: .*trailer.*`},
		{name: "hang in the body", handle: sayThenHang("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsi"), timeout: short, reason: connected + `, got 200, reading the body: no end of the body within 500ms`},
		{name: "hang after accept", handle: hang, timeout: short, reason: connected + `, no answer within 500ms`},
		{name: "slow trickle", handle: trickle("", okAnswer), timeout: short, reason: connected + `, reading the headers: no end of the headers within 500ms`},
		{name: "slow body", handle: trickle("HTTP/1.1 200 OK\r\n\r\n", padding), timeout: short, reason: connected + `, got 200, reading the body: no end of the body within 500ms`},
		{name: "endless headers", handle: sayForEver("HTTP/1.1 200 OK\r\n", "X: y\r\n"), reason: connected + `, reading the headers: no end after 64 KiB`},
		{name: "endless header line", handle: sayForEver("HTTP/1.1 200 OK\r\nX: ", "y"), reason: connected + `, reading the headers: no end after 64 KiB`},
		{name: "endless interim answers", handle: sayForEver("", "HTTP/1.1 103 Early Hints\r\n\r\n"), reason: connected + `, reading the headers: more than 5 interim answers`},
		{name: "garbage", handle: say("\x00\x1b[31mfoo\r\n\r\n"), reason: connected + `, reading the headers: malformed HTTP .*`},
		{name: "endless garbage", handle: sayForEver("", "\xff"), reason: connected + `, reading the headers: no end after 64 KiB`},
		{name: "closed without an answer", handle: func(conn net.Conn) { readRequest(conn) }, reason: connected + `, the connection was closed before the answer came`},
		{name: "closed in the headers", handle: say("HTTP/1.1 200 OK\r\nX:"), reason: connected + `, reading the headers: the connection was closed before the end of the headers came`},
		{name: "refused", reason: `connection refused`},
	} {
		if tt.check.Kind == "" {
			tt.check = plainCheck
		}
		tt.run(t, nil)
	}
}

func sayThenHang(text string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		io.WriteString(conn, text)
		hang(conn)
	}
}

func TestHTTPRedirects(t *testing.T) {
	to := func(location string) func(net.Conn) {
		return say("HTTP/1.1 301 Moved\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n")
	}
	onceTo := func(location string) func(net.Conn) {
		return func(conn net.Conn) {
			switch request := readRequest(conn); {
			case request == nil:
			case request.URL.Path == "/":
				io.WriteString(conn, "HTTP/1.1 301 Moved\r\nLocation: "+strings.ReplaceAll(location, "SELF", conn.LocalAddr().String())+"\r\nContent-Length: 0\r\n\r\n")
			default:
				io.WriteString(conn, okAnswer)
			}
		}
	}
	const moved = connected + `, got 301, `
	for _, tt := range []probeCase{
		{name: "relative", handle: onceTo("/up"), ok: true, reason: moved + connected + `, got 200`},
		{name: "to the address", handle: onceTo("http://SELF/up"), ok: true, reason: moved + connected + `, got 200`},
		{name: "without a place", handle: say("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"), ok: true, reason: connected + `, got 301`},
		{name: "loop", handle: to("/"), reason: `(` + moved + `){6}redirected again after 5 redirects`},
		{name: "elsewhere", handle: to("http://elsewhere.example/"), reason: moved + `redirected to "http://elsewhere.example/", away from the target`},
		{name: "to the metadata service", handle: to("http://169.254.169.254/"), reason: moved + `redirected to "http://169.254.169.254/", away from the target`},
		{name: "to no URL", handle: to("http://[::1/"), reason: moved + `redirected to "http://\[::1/", which is no URL`},
		{name: "to no port", handle: to("http://www.example.com:99999/"), reason: moved + `"99999" is no port`},
		{name: "to another scheme", handle: to("gopher://www.example.com/"), reason: moved + `"gopher" is no scheme of HTTP`},
	} {
		tt.check = config.Check{Kind: config.KindHTTP, FollowRedirects: true}
		tt.run(t, nil)
	}
}

func TestHTTPS(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	later := time.Now().Add(time.Hour)
	good := ca.issue(t, "www.example.com", later)
	expired := ca.issue(t, "www.example.com", time.Date(2020, 2, 3, 4, 5, 0, 0, time.UTC))
	check := config.Check{Kind: config.KindHTTPS}
	insecure := config.Check{Kind: config.KindHTTPS, Insecure: true}
	byAddress := config.Check{Kind: config.KindHTTPS, Host: config.HostNone}
	for _, tt := range []probeCase{
		{name: "good", handle: behindTLS(good, say(okAnswer)), ok: true, reason: connected + `, TLS ok, got 200`},
		{name: "for the address", handle: behindTLS(ca.issue(t, "127.0.0.1", later), say(okAnswer)), check: byAddress, ok: true, reason: connected + `, TLS ok, got 200`},
		{name: "not verified", handle: behindTLS(expired, say(okAnswer)), check: insecure, ok: true, reason: connected + `, TLS ok \(certificate not verified\), got 200`},
		{name: "503", handle: behindTLS(good, say("HTTP/1.1 503 Busy\r\n\r\n")), reason: connected + `, TLS ok, got 503, expected 200–399`},
		{name: "expired", handle: behindTLS(expired, say(okAnswer)), reason: connected + `, TLS: the certificate is valid only from 2020-02-01 04:05 UTC to 2020-02-03 04:05 UTC`},
		{name: "self-signed", handle: behindTLS(selfSigned(t, "www.example.com"), say(okAnswer)), reason: connected + `, TLS: no known authority has signed the certificate`},
		{name: "of a stranger", handle: behindTLS(stranger.issue(t, "www.example.com", later), say(okAnswer)), reason: connected + `, TLS: no known authority has signed the certificate`},
		{name: "wrong name", handle: behindTLS(ca.issue(t, "www.example.org", later), say(okAnswer)), reason: connected + `, TLS: the certificate is not for www.example.com`},
		{name: "wrong address", handle: behindTLS(good, say(okAnswer)), check: byAddress, reason: connected + `, TLS: the certificate is not for 127.0.0.1`},
		{name: "no TLS", handle: func(conn net.Conn) { conn.Read(make([]byte, 1)); io.WriteString(conn, okAnswer); hang(conn) }, reason: connected + `, TLS: what came back is not TLS`},
		{name: "hang in the handshake", handle: hang, timeout: short, reason: connected + `, TLS: no handshake within 500ms`},
		{name: "closed in the handshake", handle: func(conn net.Conn) { conn.Read(make([]byte, 4096)) }, reason: connected + `, TLS: the connection was closed before the handshake came`},
		{name: "hang after the handshake", handle: behindTLS(good, hang), timeout: 2 * time.Second, reason: connected + `, TLS ok, no answer within 2s`},
		{name: "refused", reason: `connection refused`},
	} {
		if tt.check.Kind == "" {
			tt.check = check
		}
		tt.run(t, ca.roots)
	}
}

// What is sent is what the check says: the Host field and the server name above all.
func TestHTTPRequest(t *testing.T) {
	ca := newAuthority(t)
	certificate := ca.issue(t, "www.example.com", time.Now().Add(time.Hour))
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	requests := make(chan *http.Request, 1)
	names := make(chan string, 1)
	address := serve(t, func(conn net.Conn) {
		secured := tls.Server(conn, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			names <- hello.ServerName
			return &certificate, nil
		}})
		requests <- readRequest(secured)
		io.WriteString(secured, okAnswer)
	})
	check := config.Check{Kind: config.KindHTTPS, Port: address.Port(), Path: "/up?deep=1", Host: "www.example.com:8443"}
	if got := NewProber(ca.roots).Probe(t.Context(), NewTarget(check, address.Addr(), "")); !got.OK {
		t.Fatal(got.Reason)
	} else if got.Phases.TLS <= 0 || got.Phases.FirstByte <= 0 {
		t.Errorf("phases without a time: %+v", got.Phases)
	}
	if name := <-names; name != "www.example.com" {
		t.Errorf("server name %q", name)
	}
	request := <-requests
	if request.Method != "GET" || request.RequestURI != "/up?deep=1" || request.Host != "www.example.com:8443" || !request.Close {
		t.Errorf("%s %s of %s, close %v", request.Method, request.RequestURI, request.Host, request.Close)
	}
}
