// Package countries makes what a geographic measurement needs of a country database: the
// database in GeoLite2's layout, which the peers' geo modules read, and clients spread
// over its networks.
package countries

import (
	"bytes"
	"fmt"
	"os"

	"github.com/oschwald/maxminddb-golang/v2"

	"meridian/geoip"
)

// flat is a record of ip-location-db's layout.
type flat struct {
	Country string `maxminddb:"country_code"`
}

// Convert writes a database of country codes alone (ip-location-db's layout) as one with
// GeoLite2-Country's continent.code and country.iso_code. The tree of prefixes stays as
// it is, octet by octet, so that a lookup costs what it does in the original:
//
//	tree: node_count nodes of two records each, big-endian:
//	      below node_count another node, node_count nothing,
//	      above it a place in the data section, plus node_count + 16
//	16 zero octets
//	data section                         ← written anew
//	"\xab\xcd\xefMaxMind.com", metadata  ← written anew
func Convert(from, to string) error {
	reader, err := maxminddb.Open(from)
	if err != nil {
		return fmt.Errorf("opening the country database: %w", err)
	}
	defer reader.Close()
	nodes, width := reader.Metadata.NodeCount, int(reader.Metadata.RecordSize/8)
	if reader.Metadata.RecordSize%8 != 0 || reader.Metadata.IPVersion != 6 {
		return fmt.Errorf("%s has records of %d bits and IP version %d: written are whole octets and 6", from, reader.Metadata.RecordSize, reader.Metadata.IPVersion)
	}
	data, moved, err := records(reader)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	tree := old[:int(nodes)*2*width]
	for at := 0; at < len(tree); at += width {
		record := tree[at : at+width]
		value := readRecord(record)
		if value <= nodes {
			continue
		}
		place, known := moved[uintptr(value-nodes-16)]
		if !known {
			return fmt.Errorf("%s: the record at %d of its data is of no network", from, value-nodes-16)
		}
		writeRecord(record, place+nodes+16)
	}
	var out bytes.Buffer
	out.Write(tree)
	out.Write(make([]byte, 16))
	out.Write(data)
	out.WriteString("\xab\xcd\xefMaxMind.com")
	out.Write(metadata(reader.Metadata))
	return os.WriteFile(to, out.Bytes(), 0o644)
}

func readRecord(record []byte) (v uint) {
	for _, octet := range record {
		v = v<<8 | uint(octet)
	}
	return v
}

func writeRecord(record []byte, v uint) {
	for i := range record {
		record[len(record)-1-i] = byte(v >> (8 * i))
	}
}

// records writes the data section, each country once, and says where each of the old
// records has gone.
func records(reader *maxminddb.Reader) (data []byte, moved map[uintptr]uint, err error) {
	moved, placed := map[uintptr]uint{}, map[string]uint{}
	for r := range reader.Networks() {
		if _, done := moved[r.Offset()]; done {
			continue
		}
		var was flat
		if err := r.Decode(&was); err != nil {
			return nil, nil, fmt.Errorf("reading the record of %s: %w", r.Prefix(), err)
		}
		place, known := placed[was.Country]
		if !known {
			place = uint(len(data))
			placed[was.Country] = place
			data = appendMap(data, 2)
			data = appendMap(appendString(data, "continent"), 1)
			data = appendString(appendString(data, "code"), geoip.ContinentOf(was.Country))
			data = appendMap(appendString(data, "country"), 1)
			data = appendString(appendString(data, "iso_code"), was.Country)
		}
		moved[r.Offset()] = place
	}
	return data, moved, nil
}

// metadata is what readers are told; gdnsd reads a file only by a type that it knows.
func metadata(of maxminddb.Metadata) []byte {
	nodes, epoch := of.NodeCount, of.BuildEpoch
	b := appendMap(nil, 9)
	short := func(key string, v byte) { b = append(appendString(b, key), 5<<5|1, v) } // uint16
	short("binary_format_major_version", 2)
	short("binary_format_minor_version", 0)
	short("record_size", byte(of.RecordSize))
	short("ip_version", 6)
	b = append(appendString(b, "node_count"), 6<<5|4, byte(nodes>>24), byte(nodes>>16), byte(nodes>>8), byte(nodes)) // uint32
	b = append(appendString(b, "build_epoch"), 8, 2)                                                                 // uint64
	b = append(b, 0, 0, 0, 0, byte(epoch>>24), byte(epoch>>16), byte(epoch>>8), byte(epoch))
	b = appendString(appendString(b, "database_type"), "GeoLite2-Country")
	b = append(appendString(b, "languages"), 0, 4) // an empty array
	b = appendMap(appendString(b, "description"), 1)
	return appendString(appendString(b, "en"), "made for a measurement")
}

func appendMap(to []byte, pairs int) []byte { return append(to, 7<<5|byte(pairs)) }

// appendString appends a string, of fewer than 29 octets as all here are.
func appendString(to []byte, s string) []byte { return append(append(to, 2<<5|byte(len(s))), s...) }
