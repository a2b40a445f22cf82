package peers

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/geoip/mmdbtest"
	"meridian/scripts/bench/countries"
	"meridian/scripts/bench/process"
)

var update = flag.Bool("update", false, "write testdata anew")

// database has one network in each of these countries.
var database = map[string]string{
	"1.2.0.0/16":     "JP",
	"2.2.0.0/16":     "GB",
	"3.2.0.0/16":     "DE",
	"4.2.0.0/16":     "IN",
	"5.2.0.0/16":     "AU",
	"2a00:2::/32":    "GB",
	"200.2.0.0/16":   "BR",
	"196.200.0.0/16": "ZA",
}

// databaseFile writes it as peers read it.
func databaseFile(t *testing.T) string {
	flat := mmdbtest.DB{Networks: map[string]mmdbtest.Map{}}
	for network, code := range database {
		flat.Networks[network] = mmdbtest.Map{"country_code": code}
	}
	file := filepath.Join(t.TempDir(), "countries.mmdb")
	if err := countries.Convert(mmdbtest.Write(t, flat), file); err != nil {
		t.Fatal(err)
	}
	return file
}

// Each configuration is as testdata has it.
func TestFiles(t *testing.T) {
	geo := &Geo{Database: "/geo/countries.mmdb", Regions: Regions()}
	for _, p := range append(Peers(), Meridian("meridian", On(9153, 8080))) {
		worlds := map[string]*World{"static": {Names: 2}}
		if p.Geo {
			worlds["geo"] = &World{Names: 2, Geo: geo}
		}
		for kind, w := range worlds {
			dir := t.TempDir()
			args, err := p.files(dir, 5353, w)
			if err != nil {
				t.Errorf("%s: %v", p.Name, err)
				continue
			}
			got := strings.ReplaceAll(render(t, dir, p.Command, args), dir, "DIR")
			golden := filepath.Join("testdata", strings.Split(p.Name, ",")[0]+"-"+kind+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", p.Name, kind, diff)
			}
		}
	}
}

// render is a command with all the files in dir.
func render(t *testing.T, dir, command string, args []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "$ %s %s\n", command, strings.Join(args, " "))
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&b, "== %s\n%s", path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Those peers that this machine has answer for static names, and steer as the regions say.
func TestPeersAnswer(t *testing.T) {
	file := databaseFile(t)
	for _, p := range Peers() {
		if _, err := process.Find(p.Command); err != nil || len(Missing([]Peer{p})) > 0 {
			t.Logf("%s isn't here", p.Name)
			continue
		}
		for _, w := range []*World{{Names: 3}, {Names: 3, Geo: &Geo{Database: file, Regions: Regions()}}} {
			if w.Geo == nil || p.Geo {
				t.Run(p.Name, func(t *testing.T) { checkAnswers(t, p, w) })
			}
		}
	}
}

// Meridian steers by the same world, and its data of the real one.
func TestMeridianAnswers(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "meridian")
	if out, err := exec.Command("go", "build", "-o", binary, "meridian/cmd/meridian").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := databaseFile(t)
	port, err := process.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Ours{Off(), On(port, 1)} {
		o.Flags = append(o.Flags, "--geo", file)
		checkAnswers(t, Meridian(binary, o), &World{Names: 3, Geo: &Geo{Database: file, Regions: Regions()}})
	}
}

func checkAnswers(t *testing.T, p Peer, w *World) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s, err := p.Start(ctx, filepath.Join(t.TempDir(), "server"), w)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop() }()
	if got := address(t, s, Name(1), ""); got != Address(1) {
		t.Errorf("%s: %s has %s", p.Name, Name(1), got)
	}
	if w.Geo == nil {
		return
	}
	for client, region := range map[string]string{"1.2.3.0/24": "ap-northeast", "2.2.3.0/24": "eu-west", "3.2.3.0/24": "eu-central",
		"4.2.3.0/24": "ap-south", "5.2.3.0/24": "ap-southeast", "200.2.3.0/24": "sa-east", "196.200.3.0/24": "af-south", "2a00:2::/56": "eu-west"} {
		got := address(t, s, Steered, client)
		for _, r := range w.Geo.Regions {
			if r.Name == region && got != r.Address {
				t.Errorf("%s sends %s to %s, not to %s in %s", p.Name, client, got, r.Address, region)
			}
		}
	}
}

// address asks for an A record, for a client if one is given, and returns the first.
func address(t *testing.T, s *Server, name, client string) netip.Addr {
	q := new(dns.Msg)
	q.SetQuestion(name, dns.TypeA)
	if client != "" {
		p := netip.MustParsePrefix(client)
		family := uint16(1)
		if p.Addr().Is6() {
			family = 2
		}
		q.SetEdns0(1232, false)
		q.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: family, SourceNetmask: uint8(p.Bits()), Address: p.Addr().AsSlice()}}
	}
	r, err := dns.Exchange(q, s.Addr.String())
	if err != nil {
		t.Errorf("%s: %v", s.Name, err)
		return netip.Addr{}
	}
	for _, rr := range r.Answer {
		if a, ok := rr.(*dns.A); ok {
			addr, _ := netip.AddrFromSlice(a.A.To4())
			return addr
		}
	}
	t.Errorf("%s: %s for %q has no address: %v", s.Name, name, client, r)
	return netip.Addr{}
}
