// Package corners makes small zones, and questions about them, that crowd the hard
// corners of RFC 1034's algorithm: wildcards beside and above empty non-terminals,
// DNAMEs, zone cuts with every kind of glue, chains and loops of aliases, zones inside
// zones.
//
//   - World: zones that one server is to serve, one of them with all others inside it.
//   - Question: a name and a type, biased to what stands in a world.
//
// Everything follows from a Source of choices, so that a seed or a property test's
// draws make the same world again.
package corners
