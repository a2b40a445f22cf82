package api_test

// The readable diff, and records on their way.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/api"
	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

// change is a key's change between JSON values; "" is not there.
func change(key, before, after string) store.Change {
	c := store.Change{Key: key}
	if before != "" {
		c.Before = []byte(before)
	}
	if after != "" {
		c.After = []byte(after)
	}
	return c
}

func TestDiffLines(t *testing.T) {
	record := func(ttl uint32, data ...string) string {
		s := zones.RRset{Owner: wire.MustParseName("www.a.example"), Type: dns.TypeTXT, TTL: ttl}
		for _, d := range data {
			s.RDATA = append(s.RDATA, append([]byte{byte(len(d))}, d...))
		}
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	txt := "rrset/a.example./www/16"
	for _, c := range []struct {
		change store.Change
		want   string
	}{
		{change("region/eu", "", `{"location":[1.5,-2]}`), "+ region eu: location [1.5, -2]"},
		{change("region/eu", `{"location":"IS"}`, ""), "- region eu"},
		{change("check/web", `{"kind":"http","status":["200"]}`, `{"kind":"http","status":["200","204"],"body":"all good"}`),
			"~ check web: body set to \"all good\"\n~ check web: status [200] → [200, 204]"},
		{change("topology/t", `{"clients":[{"country":"IS","order":["a"]}]}`, `{"clients":[{"country":"IS","order":["b"]}]}`),
			"~ topology t: clients.0 {country: IS, order: [a]} → {country: IS, order: [b]}"},
		{change("zone/a.example.", `{"serials":"increment"}`, ""), "- zone a.example."},
		{change("steered/a.example./www.a.example.", `{"endpoints":{"eu":{"weight":1},"us":{}}}`, `{"endpoints":{"eu":{"weight":2}}}`),
			"~ steered www.a.example.: endpoints.eu.weight 1 → 2\n~ steered www.a.example.: endpoints.us removed, was {}"},
		{change(txt, record(60, "a", "b"), record(60, "b", "c")), "- www.a.example. 60 TXT \"a\"\n+ www.a.example. 60 TXT \"c\""},
		{change(txt, record(60, "a"), record(90, "a")), "- www.a.example. 60 TXT \"a\"\n+ www.a.example. 90 TXT \"a\""},
		{change("applied", "sha256:1", "sha256:2"), "~ manifest applied: sha256:2"},
		{change("override/region/eu", "", `{"drain":1,"since":"2026-11-24T12:00:00Z"}`), "+ override of region eu: drain 1, since 2026-11-24T12:00:00Z"},
		{change("comet/x", "", "{}"), "~ comet/x"},
		{change("region/eu", `{"location":"IS"}`, `{"location":{}}`), "~ region/eu"},
	} {
		got, more := api.DiffLines([]store.Change{c.change}, 0)
		if lines(got) != c.want || more != 0 {
			t.Errorf("%s:\n%s\n(%d more) want\n%s", c.change.Key, lines(got), more, c.want)
		}
	}
}

// Whatever the limit, no line is lost from the count, and what is shown is the start.
func TestDiffLinesAreCounted(t *testing.T) {
	var diff []store.Change
	for i := range 5 {
		s := zones.RRset{Owner: wire.MustParseName(fmt.Sprintf("h%d.a.example", i)), Type: wire.TypeA, RDATA: [][]byte{{192, 0, 2, 1}, {192, 0, 2, 2}}}
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("rrset/a.example./h%d/1", i)
		diff = append(diff, store.Change{Key: key, After: b}, store.Change{Key: fmt.Sprintf("region/r%d", i), Before: []byte(`{"location":"IS"}`)})
	}
	all, _ := api.DiffLines(diff, 100)
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		got, more := api.DiffLines(diff, limit)
		if len(got) > limit || len(got)+more != len(all) || lines(got) != lines(all[:len(got)]) {
			t.Fatalf("with a limit of %d there are %d lines and %d more, of %d", limit, len(got), more, len(all))
		}
	})
}

// What is read from a file is the same at the other end, positions included.
func TestRecordsTravel(t *testing.T) {
	pool := []string{
		"www A 192.0.2.1", "www A 192.0.2.2", "www 60 AAAA 2001:db8::1", `t TXT "a;b" "c\"d"`, "@ MX 10 mail", "MAIL A 192.0.2.3",
		"* CNAME www", `x TYPE65280 \# 3 010203`, "sub NS ns.sub", "@ CAA 0 issue \"ca.example\"", "_sip._tcp SRV 0 5 5060 www",
	}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfDistinct(rapid.SampledFrom(pool), rapid.ID[string]).Draw(t, "records")
		name := wire.MustParseName("a.example")
		contents, problems := zones.Parse("a.zone", []byte(appZone+strings.Join(some, "\n")+"\n"), name, nil, zones.ReadOptions{})
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(api.RecordsOf(contents, zones.ReadOptions{}))
		if err != nil {
			t.Fatal(err)
		}
		var records api.Records
		if err := json.Unmarshal(data, &records); err != nil {
			t.Fatal(err)
		}
		got, problems := records.Contents(name)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var want, is strings.Builder
		_, err1 := contents.WriteTo(&want)
		_, err2 := got.WriteTo(&is)
		if err1 != nil || err2 != nil || want.String() != is.String() {
			t.Fatalf("(%v, %v) it was\n%s\nand is\n%s", err1, err2, &want, &is)
		}
		for s := range contents.All() {
			was, _ := contents.Position(s.Key())
			if at, ok := got.Position(s.Key()); !ok || at != was {
				t.Fatalf("%s was read at %v and is at %v", s.Key(), was, at)
			}
		}
	})
}
