package geoip

// One record of an mmdb file: the fields of every known layout, whichever exist.

import (
	"errors"
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

// knownFields are the paths that are looked for, for the error that none was found.
const knownFields = "country.iso_code, country_code, country, continent.code, continent_code, " +
	"subdivisions[0].iso_code, region_code, state1, location.latitude and longitude, latitude and longitude, lat and lng, loc, " +
	"autonomous_system_number, asn"

// record has the fields of MaxMind's and DB-IP's layouts (maps inside maps), of
// ip-location-db's and of IPinfo's (flat). A name may stand for different things in
// different layouts ("country" is a map, a code or a name), so each is read as it comes.
type record struct {
	Continent     field `maxminddb:"continent"`
	ContinentCode field `maxminddb:"continent_code"`
	Country       field `maxminddb:"country"`
	CountryCode   field `maxminddb:"country_code"`
	Subdivisions  field `maxminddb:"subdivisions"`
	RegionCode    field `maxminddb:"region_code"`
	State1        field `maxminddb:"state1"`
	Location      field `maxminddb:"location"`
	Latitude      field `maxminddb:"latitude"`
	Longitude     field `maxminddb:"longitude"`
	Lat           field `maxminddb:"lat"`
	Lng           field `maxminddb:"lng"`
	Loc           field `maxminddb:"loc"`
	ASNumber      field `maxminddb:"autonomous_system_number"`
	ASN           field `maxminddb:"asn"`
}

// field is a value of a record: a string or a number as text, or what is known of a
// map's (or a list's first map's) own fields.
type field struct {
	text     string
	code     string // iso_code or code
	lat, lon string
}

// UnmarshalMaxMindDBCursor reads any kind of value; what it has no use for it skips.
func (f *field) UnmarshalMaxMindDBCursor(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	kind, err := c.Kind()
	if err != nil {
		return mmdbdata.Cursor{}, err
	}
	switch kind {
	case mmdbdata.KindMap:
		return f.readMap(c)
	case mmdbdata.KindSlice:
		return f.readFirst(c)
	}
	var next mmdbdata.Cursor
	f.text, next, err = readScalar(c, kind)
	return next, err
}

// readScalar reads a string or number as text, and skips anything else.
func readScalar(c mmdbdata.Cursor, kind mmdbdata.Kind) (string, mmdbdata.Cursor, error) {
	switch kind {
	case mmdbdata.KindString:
		return c.ReadStringMaxSize(maxText)
	case mmdbdata.KindUint16, mmdbdata.KindUint32, mmdbdata.KindUint64:
		v, next, err := c.ReadUint()
		return strconv.FormatUint(v, 10), next, err
	case mmdbdata.KindFloat64, mmdbdata.KindFloat32:
		v, next, err := c.ReadFloat()
		return strconv.FormatFloat(v, 'g', -1, 64), next, err
	}
	next, err := c.Skip()
	return "", next, err
}

// maxText bounds a field's text: the longest country's name has under 100 octets.
const maxText = 1024

// readMap reads the fields of a map that are of use. It goes no deeper, so a record
// costs no more than its own length.
func (f *field) readMap(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	m, err := c.Map()
	if err != nil {
		return mmdbdata.Cursor{}, err
	}
	var done mmdbdata.Cursor
	for {
		name, value, ok := m.Next(done)
		if !ok {
			return m.End()
		}
		to := f.part(string(name))
		if to == nil {
			done, err = value.Skip()
		} else {
			var kind mmdbdata.Kind
			if kind, err = value.Kind(); err == nil {
				*to, done, err = readScalar(value, kind)
			}
		}
		if err != nil {
			return mmdbdata.Cursor{}, err
		}
	}
}

// part returns where a map's field goes, nil for one of no use.
func (f *field) part(name string) *string {
	switch name {
	case "iso_code", "code":
		return &f.code
	case "latitude":
		return &f.lat
	case "longitude":
		return &f.lon
	}
	return nil
}

// readFirst reads the first element of a list when that is a map: the largest of the
// subdivisions that a place lies in stands first.
func (f *field) readFirst(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	s, err := c.Slice()
	if err != nil {
		return mmdbdata.Cursor{}, err
	}
	var done mmdbdata.Cursor
	for first := true; ; first = false {
		_, value, ok := s.Next(done)
		if !ok {
			return s.End()
		}
		kind, err := value.Kind()
		if err == nil {
			if first && kind == mmdbdata.KindMap {
				done, err = f.readMap(value)
			} else {
				done, err = value.Skip()
			}
		}
		if err != nil {
			return mmdbdata.Cursor{}, err
		}
	}
}

// location makes a location row of the fields that say something sensible.
func (r *record) location() Location {
	l := Location{
		Continent: firstCode(r.Continent.code, r.ContinentCode.text, r.Continent.text),
		Country:   firstCode(r.Country.code, r.CountryCode.text, r.Country.text),
		ASN:       firstASN(r.ASNumber.text, r.ASN.text),
	}
	if l.Continent == "" {
		l.Continent = ContinentOf(l.Country)
	}
	if l.Country != "" {
		l.Subdivision = subdivision(l.Country, r.Subdivisions.code, r.RegionCode.text, r.State1.text)
	}
	lat, lon, _ := strings.Cut(r.Loc.text, ",")
	for _, p := range [][2]string{
		{r.Location.lat, r.Location.lon},
		{r.Latitude.text, r.Longitude.text},
		{r.Lat.text, r.Lng.text},
		{lat, lon},
	} {
		if l.Lat, l.Lon, l.HasPlace = place(p[0], p[1]); l.HasPlace {
			break
		}
	}
	return l
}

// firstCode returns the first that is a code of two letters: a continent's or country's.
func firstCode(texts ...string) string {
	for _, t := range texts {
		if len(t) == 2 && isLetter(t[0]) && isLetter(t[1]) {
			return strings.ToUpper(t)
		}
	}
	return ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// firstASN reads 64496, "64496" or "AS64496".
func firstASN(texts ...string) uint32 {
	for _, t := range texts {
		if n, err := strconv.ParseUint(strings.TrimPrefix(t, "AS"), 10, 32); err == nil && n != 0 {
			return uint32(n)
		}
	}
	return 0
}

// subdivision makes ISO 3166-2 ("US-CA") of the first that is such a code, with or
// without its country. Names of states ("California") are no codes.
func subdivision(country string, texts ...string) string {
	for _, t := range texts {
		t = strings.TrimPrefix(t, country+"-")
		if 0 < len(t) && len(t) <= 3 && strings.Trim(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == "" {
			return country + "-" + t
		}
	}
	return ""
}

// place reads degrees.
func place(lat, lon string) (float64, float64, bool) {
	y, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	x, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if err1 != nil || err2 != nil || !(y >= -90 && y <= 90 && x >= -180 && x <= 180) {
		return 0, 0, false
	}
	return y, x, true
}

// decoder turns records into indexes of locations, each record once: files share the
// records of networks that say the same.
type decoder struct {
	locations []Location
	index     map[Location]uint32
	byOffset  map[uintptr]uint32
}

func newDecoder() *decoder {
	return &decoder{
		locations: []Location{{}},
		index:     map[Location]uint32{{}: 0},
		byOffset:  map[uintptr]uint32{},
	}
}

// decode returns the index of the location of a network; 0 when it has none.
func (d *decoder) decode(result maxminddb.Result) (uint32, error) {
	if err := result.Err(); err != nil {
		return 0, err
	}
	if !result.Found() {
		return 0, nil
	}
	if v, ok := d.byOffset[result.Offset()]; ok {
		return v, nil
	}
	var r record
	var other maxminddb.UnmarshalTypeError
	if err := result.Decode(&r); err != nil && !errors.As(err, &other) { // no map: nothing for us
		return 0, err
	}
	v := d.intern(r.location())
	d.byOffset[result.Offset()] = v
	return v, nil
}

func (d *decoder) intern(l Location) uint32 {
	v, ok := d.index[l]
	if !ok {
		v = uint32(len(d.locations))
		d.locations = append(d.locations, l)
		d.index[l] = v
	}
	return v
}
