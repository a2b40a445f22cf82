package main

// A server as a whole, in this process, asked with the real dig and over HTTP.

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testZone = `$TTL 3600
$ORIGIN app.example.com.
@    IN SOA ns1 hostmaster 1 3600 600 86400 300
     IN NS  ns1
     IN MX  10 mail
ns1  IN A   192.0.2.53
     IN AAAA 2001:db8::53
mail IN A   192.0.2.25
*.w  IN TXT "any name" "at all"
`

const testManifest = `regions:
  eu-west: {location: aws:eu-west-1}
  us-east: {location: aws:us-east-1}
zones:
  app.example.com:
    file: app.zone
    steered:
      www:
        endpoints:
          eu-west: {addresses: [192.0.2.1, "2001:db8::1"]}
          us-east: {addresses: [198.51.100.1, "2001:db8::2"]}
`

// startServer runs a server with the test's manifest until the test ends.
func startServer(t *testing.T) running {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "app.zone"), testZone)
	write(t, filepath.Join(dir, "app.yaml"), testManifest)
	s := docApp().defaultSettings()
	s.data = filepath.Join(dir, "data")
	s.listen = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("[::1]:0")}
	s.workers = 2
	s.admin = adminAddr{path: filepath.Join(socketFolder(t), "admin.sock")}
	s.metrics = metricsAddr{netip.MustParseAddrPort("127.0.0.1:0")}
	s.apply = filepath.Join(dir, "app.yaml")

	ctx, stop := context.WithCancel(context.Background())
	up, ended := make(chan running, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, s, slog.New(slog.NewTextHandler(io.Discard, nil)), func(r running) { up <- r })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	select {
	case r := <-up:
		return r
	case err := <-ended:
		ended <- err
		t.Fatalf("the server did not start: %v", err)
	}
	panic("unreachable")
}

// socketFolder is a folder with a short name: a socket's path has little room.
func socketFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "m")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// dig asks with the real dig.
func dig(t *testing.T, server netip.AddrPort, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("dig")
	if err != nil {
		t.Fatal("this test asks with the real dig, and there is none: apt-get install bind9-dnsutils")
	}
	args = append([]string{"@" + server.Addr().String(), "-p", strconv.Itoa(int(server.Port())), "+tries=1", "+timeout=10"}, args...)
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dig %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestRealDig(t *testing.T) {
	server := startServer(t)
	for _, test := range []struct {
		name string
		args []string
		want []string // patterns, line by line somewhere in the output
	}{
		{"static", []string{"app.example.com", "MX"}, []string{`status: NOERROR`, `flags: qr aa rd;`, `^app\.example\.com\.\s+3600\s+IN\s+MX\s+10 mail\.app\.example\.com\.$`}},
		{"wildcard", []string{"x.w.app.example.com", "TXT"}, []string{`^x\.w\.app\.example\.com\.\s+3600\s+IN\s+TXT\s+"any name" "at all"$`}},
		{"nodata", []string{"mail.app.example.com", "AAAA"}, []string{`status: NOERROR`, `ANSWER: 0, AUTHORITY: 1`, `^app\.example\.com\.\s+300\s+IN\s+SOA`}},
		{"nxdomain", []string{"no.app.example.com", "A"}, []string{`status: NXDOMAIN`, `ANSWER: 0, AUTHORITY: 1`}},
		{"refused", []string{"elsewhere.example", "A"}, []string{`status: REFUSED`}},
		{"steered in London", []string{"www.app.example.com", "A", "+subnet=81.2.69.0/24"}, []string{`^; CLIENT-SUBNET: 81\.2\.69\.0/24/\d+$`, `^www\.app\.example\.com\.\s+20\s+IN\s+A\s+192\.0\.2\.1$`}},
		{"steered in Minneapolis", []string{"www.app.example.com", "A", "+subnet=128.101.0.0/24"}, []string{`^www\.app\.example\.com\.\s+20\s+IN\s+A\s+198\.51\.100\.1$`}},
		{"steered over IPv6", []string{"www.app.example.com", "AAAA", "+subnet=2001:620::/40"}, []string{`^; CLIENT-SUBNET: 2001:620::/40/\d+$`, `\sAAAA\s+2001:db8::1$`}},
		{"not to be used", []string{"www.app.example.com", "A", "+subnet=0.0.0.0/0"}, []string{`^; CLIENT-SUBNET: 0\.0\.0\.0/0/0$`}},
		{"without EDNS", []string{"www.app.example.com", "A", "+noedns"}, []string{`status: NOERROR`, `ADDITIONAL: 0`}},
		{"an EDNS version to come", []string{"www.app.example.com", "A", "+edns=1", "+noednsneg"}, []string{`status: BADVERS`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, addr := range server.dns {
				for _, transport := range []string{"+notcp", "+tcp"} {
					out := dig(t, addr, append(test.args, transport)...)
					for _, want := range test.want {
						if !regexp.MustCompile("(?m)" + want).MatchString(out) {
							t.Errorf("%s %s: nothing matches %q in\n%s", addr, transport, want, out)
						}
					}
				}
			}
		})
	}
}

// The two say the same, but for what differs from one question to the next.
func TestDigPrintsAsTheRealOne(t *testing.T) {
	server := startServer(t).dns[0]
	for _, args := range [][]string{
		{"www.app.example.com", "A", "+subnet=81.2.69.0/24"},
		{"app.example.com", "MX", "+tcp"},
		{"x.w.app.example.com", "TXT"},
		{"no.app.example.com", "AAAA", "+subnet=2001:db8::/32"},
		{"elsewhere.example", "A"},
	} {
		t.Run(args[0], func(t *testing.T) {
			var ours bytes.Buffer
			a := processApp()
			a.out, a.err = &ours, &ours
			if code := execute(t.Context(), a, append([]string{"dig", "@" + server.Addr().String(), "-p", strconv.Itoa(int(server.Port()))}, args...)); code != exitDone {
				t.Fatalf("exit code %d:\n%s", code, ours.String())
			}
			theirs := dig(t, server, append(args, "+nocookie")...)
			if diff := cmp.Diff(comparable(theirs), comparable(ours.String())); diff != "" {
				t.Errorf("the real dig's (-) and ours (+):\n%s", diff)
			}
		})
	}
}

// comparable is dig's output without greeting, id, times and kinds of space.
func comparable(s string) []string {
	var lines []string
	for line := range strings.Lines(s) {
		line = strings.Join(strings.Fields(line), " ")
		switch {
		case line == "", strings.HasPrefix(line, "; <<>>"), strings.HasPrefix(line, "; (1 server"), strings.HasPrefix(line, ";; global options"),
			strings.HasPrefix(line, ";; Query time"), strings.HasPrefix(line, ";; WHEN"):
			continue
		}
		lines = append(lines, regexp.MustCompile(`id: \d+`).ReplaceAllString(line, "id: 0"))
	}
	return lines
}

func TestMetricsSpeakOfTheServer(t *testing.T) {
	server := startServer(t)
	for range 3 {
		dig(t, server.dns[0], "www.app.example.com", "A", "+subnet=81.2.69.0/24", "+notcp")
	}
	dig(t, server.dns[1], "no.app.example.com", "A", "+tcp")
	body := get(t, "http://"+server.metrics+"/metrics", http.StatusOK)
	for _, want := range []string{
		`meridian_responses_total{rcode="NOERROR",transport="udp"} 3`,
		`meridian_responses_total{rcode="NXDOMAIN",transport="tcp"} 1`,
		`meridian_queries_with_ecs_total 3`,
		`meridian_steered_answers_total{reason="up",region="eu-west"} 3`,
		`meridian_endpoint_up{endpoint="us-east",name="www.app.example.com.",region="us-east",type="AAAA",zone="app.example.com."} 1`,
		`meridian_revision 1`,
		`meridian_zones 1`,
		`meridian_metrics_series_dropped_total 0`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("there is no line %s", want)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
	get(t, "http://"+server.metrics+"/healthz", http.StatusOK)
	get(t, "http://"+server.metrics+"/readyz", http.StatusOK)
}

func get(t *testing.T, url string, status int) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("GET %s: %s, %v\n%s", url, resp.Status, err, body)
	}
	return string(body)
}
