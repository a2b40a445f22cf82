// Package zones holds the records of zones: how they are read from master files
// (RFC 1035 section 5), what makes a zone wrong, how they are written out again,
// and how a zone's serial goes forward.
//
//   - RRset: all records of one owner name and type, with RDATA in wire form.
//   - Contents: the RRsets of one zone, as a set to be validated and stored.
//   - ReadFile, Parse: a master file to Contents, with every finding in it.
//   - Contents.Send, Receive: contents on their way to the server, checked where they come.
//   - ValidateOwner: what is wrong at one owner name, seen in its Surroundings.
//   - Next, Import: serials, which only go forward (RFC 1982).
//
// The way of a file: ReadFile → split.go (entries and their words, with line and
// column) → parse.go and generate.go (directives), record.go (owner, TTL, class,
// type) → direct.go (the usual RDATA), rdata.go (all others, read by miekg/dns one
// entry at a time; alias.go) → contents.go → whole.go, validate.go. Large files take it
// in pieces, several at once (pieces.go).
//
// An RRset is never changed once it is made and may be read by any number of
// goroutines. Contents belong to one goroutine while they are filled, and may be
// read by many after that.
package zones
