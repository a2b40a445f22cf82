package geoip

// Several databases made one base table.

// OpenBase is Open and Base.
func OpenBase(files ...string) (*Base, error) {
	d, err := Open(files...)
	if err != nil {
		return nil, err
	}
	return d.Base()
}

// compileFiles makes a base table of files, the first of which has the first say.
func compileFiles(files []*mmdb) (*Base, error) {
	var all *database
	var sources []Source
	for _, f := range files {
		db, err := f.read()
		if err != nil {
			return nil, err
		}
		sources = append(sources, db.source)
		if all == nil {
			all = db
		} else {
			all = layer(all, db)
		}
	}
	return newBase(all.locations, all.v4, all.v6, false, sources), nil
}

// layer puts one database's fields where another has none.
func layer(over, under *database) *database {
	d := newDecoder()
	memo := newPairs(len(over.locations), func(a, b uint32) uint32 {
		return d.intern(complete(over.locations[a], under.locations[b]))
	})
	return &database{
		v4:        zip(over.v4, under.v4, memo.get),
		v6:        zip(over.v6, under.v6, memo.get),
		locations: d.locations,
	}
}

// complete fills the fields that l lacks from m. Latitude and longitude are one field.
func complete(l, m Location) Location {
	if l.Continent == "" {
		l.Continent = m.Continent
	}
	if l.Country == "" {
		l.Country = m.Country
	}
	if l.Subdivision == "" {
		l.Subdivision = m.Subdivision
	}
	if l.ASN == 0 {
		l.ASN = m.ASN
	}
	if !l.HasPlace {
		l.Lat, l.Lon, l.HasPlace = m.Lat, m.Lon, m.HasPlace
	}
	return l
}
