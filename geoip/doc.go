// Package geoip knows where clients are, and answers for any client prefix in some tens
// of nanoseconds.
//
// Geo databases are compiled once into a base table (address → location). For each use
// of it a class table is projected (client prefix → class), in which all places that
// the use treats alike have become one. What a class is, the package doesn't know: the
// caller's function gives each location its number.
//
//   - Databases: mmdb files (Open) or the data inside the program (Embedded), read and
//     known by their content. Base compiles them when first asked.
//   - Base: the base table. Lookup is for people who ask why.
//   - Location, Kind: what is known of an address, and how.
//   - Table: the class table (Project, or ReadFlat from what was kept). Lookup is for
//     queries.
//   - Point, KM, MeanKM, ResolvePlace, CountryPlaces: places and distances.
//
// Both tables are immutable, and any number of goroutines may use them. IPv6 addresses
// that carry IPv4 ones are where those are. Special-purpose space is nowhere, whatever a
// database says. Nothing here reads a clock, the environment or, once Open has returned,
// a file.
//
// The way of the data, by files: databases.go → record.go (a record of any layout) →
// mmdb.go (a file) → open.go (several) or compact.go and embed.go (the data inside) →
// base.go, with carried.go (what is decided before any database) → project.go → grow.go
// and majority.go → trie.go and starts.go (what a query looks into) and table.go, with
// nest.go; flat.go is how a table is kept. runs.go and nested.go are what these are made
// of.
package geoip
