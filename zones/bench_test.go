package zones

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// million is a master file of about n records as a big zone has them.
func million(n int) []byte {
	var sb strings.Builder
	sb.WriteString("$ORIGIN example.com.\n$TTL 3600\n@ SOA ns1 hostmaster 1 3600 900 604800 300\n@ NS ns1\nns1 A 192.0.2.1\n")
	for i := range n / 10 {
		fmt.Fprintf(&sb, "host%d 300 IN A 192.0.2.%d\n\tAAAA 2001:db8::%x\nwww%d\tIN\tCNAME\thost%d\n", i, i%256, i%65536, i, i)
		fmt.Fprintf(&sb, "mail%d MX 10 host%d\n MX 20 backup.example.net.\n", i, i)
		fmt.Fprintf(&sb, "text%d TXT \"v=spf1 include:_spf.example.net -all\"\n_sip._tcp.s%d SRV 0 5 5060 host%d ; a comment\n", i, i, i)
		fmt.Fprintf(&sb, "sub%d NS ns1.sub%d\n NS ns.example.net.\nns1.sub%d A 198.51.100.%d\n", i, i, i, i%256)
	}
	return []byte(sb.String())
}

// BenchmarkMillion reads, validates and writes zones; ns/record is what to compare.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	data := million(n)
	perRecord := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record") }
	c, problems := Parse("example.com.zone", data, "", nil, ReadOptions{})
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Parse("example.com.zone", data, "", nil, ReadOptions{})
		}
		perRecord(b)
	})
	b.Run("validate", func(b *testing.B) {
		for b.Loop() {
			if problems := c.Validate(nil); len(problems) > 0 {
				b.Fatal(problems)
			}
		}
		perRecord(b)
	})
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.WriteTo(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
}
