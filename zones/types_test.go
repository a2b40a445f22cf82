package zones

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"meridian/wire"
)

// samples has a record's data for every type that miekg/dns knows, except those that
// cannot stand in a zone.
var samples = map[string][]string{
	"A": {"192.0.2.1"}, "AAAA": {"2001:db8::1", "::ffff:192.0.2.1"}, "AFSDB": {"1 afs"},
	"ALIAS":    {"host.example.net.", "@ HTTPS", "Host AAAA A", `a\.b A AAAA HTTPS`, `\# 4 02016100`},
	"AMTRELAY": {"10 0 1 203.0.113.15", "10 1 2 2001:db8::15", "128 1 3 amtrelays.example.com.", "0 0 0 ."},
	"APL":      {"", "1:192.168.32.0/21 !1:192.168.38.0/28", "2:FF00:0:0:0:0:0:0:0/8"}, "AVC": {`"app-name:x"`},
	"CAA": {`0 issue "ca.example.net"`, `128 tbs "Unknown; \"x\""`}, "CDNSKEY": {"257 3 13 AQID"}, "CDS": {"12345 13 2 0102", "0 0 0 00"},
	"CERT": {"PGP 0 0 AQID", "65000 1 RSASHA256 AQID"}, "CNAME": {"Host", "host.example.net.", "@", `a\.b\032`}, "CSYNC": {"66 3 A NS AAAA"},
	"DHCID": {"AQID"}, "DLV": {"12345 13 2 0102"}, "DNAME": {"host"}, "DNSKEY": {"257 3 13 AQID"}, "DS": {"12345 13 2 0102"},
	"EID": {"0102"}, "EUI48": {"00-00-5e-90-01-2a"}, "EUI64": {"00-00-5e-ef-10-00-00-2a"}, "GID": {"1000"}, "GPOS": {"-32.6882 116.8652 10.0"},
	"HINFO": {"PC Linux", `"A B" "\"C\""`}, "HIP": {"2 200100107B1A74DF365639CC39F1D578 AwEA rvs1 rvs2.example.net."},
	"HTTPS": {"0 host", `1 . alpn="h2,h3" port=443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 ech=AQID`, `1 . mandatory=alpn alpn=h2 no-default-alpn key667="a\"b\200"`},
	"ISDN":  {`"150862028003217" "004"`, `"150862028003217"`}, "IPSECKEY": {"10 1 2 192.0.2.38 AQID", "10 0 2 . AQID", "10 3 2 gw AQID"}, "KEY": {"256 3 13 AQID"},
	"KX": {"10 host"}, "L32": {"10 10.1.2.0"}, "L64": {"10 2001:0db8:1140:1000"}, "LOC": {"52 22 23.000 N 4 53 32.000 E -2m 0m 10000m 10m", "52 N 4 E 0m"}, "LP": {"10 host"},
	"MB": {"host"}, "MD": {"host"}, "MF": {"host"}, "MG": {"host"}, "MINFO": {"a b"}, "MR": {"host"}, "MX": {"10 Mail", "0 ."},
	"NAPTR": {`100 10 "S" "SIP+D2U" "!^.*$!sip:x@example.com!" _sip._udp`, `1 2 "" "" "" .`}, "NID": {"10 0014:4fff:ff20:ee64"}, "NIMLOC": {"0102"}, "NINFO": {`"a" "b"`},
	"NS": {"ns"}, "NSAP-PTR": {"host"}, "NSEC": {"host A MX RRSIG NSEC TYPE1234", "host A"}, "NSEC3": {"1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A MX", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
	"NSEC3PARAM": {"1 0 12 aabbccdd", "1 0 0 -"}, "NULL": {`\# 3 010203`, `\# 0`}, "NXT": {"host A MX"}, "OPENPGPKEY": {"AQID"}, "PTR": {"host"}, "PX": {"10 a b"},
	"RESINFO": {`"qnamemin" "exterr=15,16"`}, "RKEY": {"0 1 13 AQID"}, "RP": {"a b"}, "RRSIG": {"A 13 3 3600 20300101000000 20260101000000 12345 example.com. AQID"}, "RT": {"10 host"},
	"SIG": {"A 13 3 3600 20300101000000 20260101000000 12345 example.com. AQID"}, "SMIMEA": {"3 1 1 0102"}, "SOA": {"ns1 host\\.master 4294967295 1h 15m 1w 5m"}, "SPF": {`"v=spf1 -all"`},
	"SRV": {"0 5 443 host", "0 0 0 ."}, "SSHFP": {"4 2 0102"}, "SVCB": {"1 host port=53", "16 . key65400"}, "TA": {"12345 13 2 0102"}, "TALINK": {"a b"}, "TLSA": {"3 1 1 0102"},
	"TXT": {`"a" b "" "c;(d)\"\\\000\255"`, "x" + strings.Repeat("y", 300), `""`}, "UID": {"1000"}, "UINFO": {`"Some One"`}, "URI": {`10 1 "https://www.example.com/?a=\"b\""`}, "X25": {"311061700956"}, "ZONEMD": {"2018031500 1 1 " + strings.Repeat("ab", 48)},
	"TYPE65280": {`\# 3 010203`, `\# 0`, `\# 65000 ` + strings.Repeat("5a", 65000)}, "TYPE1": {`\# 4 c0000201`}, "ATMA": {`\# 2 0102`},
}

// TestEveryType takes each sample from text to wire form to a record of miekg/dns and
// back, and through a master file.
func TestEveryType(t *testing.T) {
	for typ := range dns.TypeToRR {
		if _, ok := samples[dns.TypeToString[typ]]; !ok && isDataType(typ) {
			t.Errorf("there is no sample of type %s", dns.TypeToString[typ])
		}
	}
	zone := wire.MustParseName("example.com.")
	for typ, all := range samples {
		for _, data := range all {
			line := "www." + typ + " 300 IN " + typ + " " + data
			s, err := ParseRecord(line, zone, 0)
			if err != nil {
				t.Errorf("%.100s: %v", line, err)
				continue
			}
			rrs, err := s.RRs()
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			back, err := FromRRs(rrs)
			if diff := cmp.Diff([]RRset{s}, back); diff != "" || err != nil {
				t.Errorf("%.100s: %v, through miekg/dns (-before +after):\n%.500s", line, err, diff)
			}
			c := NewContents(zone)
			c.Put(s)
			sameAfterWriting(t, c)
			sameAfterStoring(t, c)
		}
	}
}

// TestSameAsWholeParser compares the data of each sample with what the parser of
// miekg/dns makes of it when it reads the line by itself.
func TestSameAsWholeParser(t *testing.T) {
	zone := wire.MustParseName("example.com.")
	for typ, all := range samples {
		for _, data := range all {
			line := "www 300 IN " + typ + " " + data
			zp := dns.NewZoneParser(strings.NewReader(line+"\n"), "example.com.", "")
			rr, ok := zp.Next()
			if strings.HasPrefix(data, `\# 0`) || !ok {
				continue // what it calls the empty data of an update, or cannot read
			}
			want, err := FromRRs([]dns.RR{rr})
			if err != nil {
				t.Fatalf("%.100s: %v", line, err)
			}
			got, err := ParseRecord(line, zone, 0)
			if diff := cmp.Diff(want, []RRset{got}); diff != "" || err != nil {
				t.Errorf("%.100s: %v (-want +got):\n%.500s", line, err, diff)
			}
		}
	}
}

// Any words as the data of any type are read or refused, never a panic, and what is
// read is written and read again equal.
func TestAnyData(t *testing.T) {
	var pool, types []string
	for typ, all := range samples {
		types = append(types, typ)
		for _, data := range all {
			if len(data) < 1000 {
				pool = append(pool, strings.Fields(data)...)
			}
		}
	}
	pool = append(pool, `""`, `"`+"\t"+`"`, `\#`, `\\`, "0", "-1", "65536", "4294967296", "m", ".", "N", "E", "1.", ".1m", "key0=", "mandatory=", "=", ":", "/", "1:", "!")
	slices.Sort(pool) // a map's order is not repeatable
	slices.Sort(types)
	zone := wire.MustParseName("example.com.")
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom(types).Draw(t, "type")
		words := rapid.SliceOfN(rapid.SampledFrom(pool), 0, 10).Draw(t, "data")
		if own := samples[typ]; rapid.Bool().Draw(t, "own") { // nearly right data
			if own := strings.Fields(rapid.SampledFrom(own).Draw(t, "sample")); len(own) > 0 && len(own) < 100 {
				if len(words) > 0 {
					own[rapid.IntRange(0, len(own)-1).Draw(t, "at")] = words[0]
				}
				words = own[:rapid.IntRange(0, len(own)).Draw(t, "length")]
			}
		}
		c, _ := Parse("example.com.zone", []byte("www 300 "+typ+" "+strings.Join(words, " ")+"\nafter 300 A 192.0.2.1\n"), zone, nil, ReadOptions{})
		if _, ok := c.RRset(wire.MustParseName("after.example.com."), dns.TypeA); !ok {
			t.Fatal("the record after it is lost")
		}
		sameAfterWriting(t, c)
		sameAfterStoring(t, c)
	})
}
