package healthcheck

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"meridian/config"
)

// Servers that misbehave, for the tests of each kind. They are real, on 127.0.0.1;
// one is a function that gets every connection.

// serve has each connection to a port of its own handled, until the test ends.
func serve(t *testing.T, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// boundSocket has a port to itself and doesn't listen yet: connecting is refused.
func boundSocket(t *testing.T) (socket int, address netip.AddrPort) {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	port := name.(*syscall.SockaddrInet4).Port
	return socket, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
}

// hang takes a connection and says nothing until the other side is gone.
func hang(conn net.Conn) { io.Copy(io.Discard, conn) }

// say reads a request and answers it with text, whatever it was.
func say(text string) func(net.Conn) {
	return func(conn net.Conn) {
		if readRequest(conn) != nil {
			io.WriteString(conn, text)
		}
	}
}

// sayForEver sends text, then more for as long as anybody takes it.
func sayForEver(text, more string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		_, err := io.WriteString(conn, text)
		for err == nil {
			_, err = io.WriteString(conn, more)
		}
	}
}

// trickle sends text at once and then more, an octet at a time, far too slowly.
func trickle(text, more string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		io.WriteString(conn, text)
		gone := make(chan struct{})
		go func() {
			hang(conn)
			close(gone)
		}()
		tick := time.NewTicker(short / 4)
		defer tick.Stop()
		for i := range len(more) {
			select {
			case <-gone:
				return
			case <-tick.C:
				io.WriteString(conn, more[i:i+1])
			}
		}
	}
}

func readRequest(conn net.Conn) *http.Request {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return nil
	}
	return request
}

// behindTLS has handle speak through TLS.
func behindTLS(certificate tls.Certificate, handle func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		handle(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	}
}

// authority signs certificates for tests.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	roots       *x509.CertPool
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	a := authority{key: newKey(t), roots: x509.NewCertPool()}
	a.certificate = sign(t, template, template, a.key, a.key, time.Now().Add(time.Hour))
	a.roots.AddCert(a.certificate)
	return a
}

func (a authority) issue(t *testing.T, name string, expires time.Time) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{DNSNames: []string{name}}
	if ip := net.ParseIP(name); ip != nil {
		template = &x509.Certificate{IPAddresses: []net.IP{ip}}
	}
	certificate := sign(t, template, a.certificate, key, a.key, expires)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}
}

func selfSigned(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{DNSNames: []string{name}}
	certificate := sign(t, template, template, key, key, time.Now().Add(time.Hour))
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}
}

func sign(t *testing.T, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey, expires time.Time) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(1)
	template.NotBefore, template.NotAfter = expires.Add(-48*time.Hour), expires
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// probeCase is one server and what a probe must find there.
type probeCase struct {
	name    string
	handle  func(net.Conn) // nil: nobody listens
	check   config.Check   // its port is the server's
	timeout time.Duration  // zero: long; short where it must run out
	ok      bool
	reason  string // a pattern for the whole reason
}

// short is a timeout for what never answers.
const short = 500 * time.Millisecond

// run probes as the checker does, with a deadline. That it returns at all is the
// proof that its time is bounded: these servers go on for ever.
func (tt probeCase) run(t *testing.T, roots *x509.CertPool) {
	t.Run(tt.name, func(t *testing.T) {
		t.Parallel()
		_, address := boundSocket(t)
		if tt.handle != nil {
			address = serve(t, tt.handle)
		}
		if tt.timeout == 0 {
			tt.timeout = 30 * time.Second
		}
		tt.check.Port = address.Port()
		tt.check.Interval, tt.check.Timeout = config.Duration(time.Minute), config.Duration(tt.timeout)
		ctx, cancel := context.WithTimeout(t.Context(), tt.timeout)
		defer cancel()
		result := NewProber(roots).Probe(ctx, NewTarget(tt.check, address.Addr(), "www.example.com"))
		if result.OK != tt.ok {
			t.Errorf("OK is %v: %s", result.OK, result.Reason)
		}
		if !regexp.MustCompile(`^` + tt.reason + `$`).MatchString(result.Reason) {
			t.Errorf("reason: %s\nwant:   %s", result.Reason, tt.reason)
		}
		if connected := strings.HasPrefix(result.Reason, "connected"); connected != (result.Phases.Connect > 0) {
			t.Errorf("connecting took %v: %s", result.Phases.Connect, result.Reason)
		}
	})
}

const connected = `connected in [0-9.]+ ms`

func TestUnknownKind(t *testing.T) {
	probeCase{
		check:  config.Check{Kind: "smoke-signal"},
		reason: `there is no check of kind "smoke-signal"`,
	}.run(t, nil)
}

// What a target sends must not reach a terminal or fill a log as it is.
func TestReasonsArePlain(t *testing.T) {
	got := plain("a\x1b[31m\nb\x00c\xff\u202e" + strings.Repeat("é", 1000))
	if !strings.HasPrefix(got, "a?[31m?b?c??é") || len(got) > maxReason+10 || !strings.HasSuffix(got, "…") {
		t.Errorf("%q of %d octets", got, len(got))
	}
}
