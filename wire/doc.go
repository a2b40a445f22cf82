// Package wire is the DNS message on the wire: names, the header, the one
// question, EDNS options, and the writer of responses.
//
// It is the lowest room of the house: it imports nothing of ours, knows no zone,
// no policy and no socket. Everything in it works on caller-owned memory; the
// parser and the writer do not allocate.
//
//   - Name: an absolute domain name in wire form, usable as a map key.
//   - Query: what one packet asks, as offsets into that packet.
//   - Writer: builds one response in a buffer of the caller's.
package wire
