// Package api is the admin HTTP API: what travels, the handlers, and the client.
//
//		command → Client ── JSON over a unix socket or loopback TCP ── NewHandler → control.Control
//
//	  - types*.go: requests and responses, which both sides share.
//	  - NewHandler (serve*.go): one operation each; the OpenAPI description at
//	    /openapi.json is made from them. ApplyTo is the apply operation without HTTP.
//	  - DiffLines: what a revision changed, for people.
//	  - ImportContents (stream.go): zones as a stream of octets, which only our own client
//	    sends; everything else is JSON.
//	  - Listen: the socket, and who may come in.
//	  - Client (client*.go): one method for each operation.
//	  - Error, ErrUnreachable, …: what went wrong, the same on both sides.
//
// A change's body is the resource as it shall be; who makes it, why, on which revision
// and whether only to try are its Terms, in the query. The handlers decide nothing:
// every change goes through control.Commit (or Plan, when it is a dry run).
//
// Zones and owner names are text in paths: an owner is relative to its zone ("@" is
// the apex) unless it ends in a dot. A Client and a handler may be used by any number
// of goroutines.
package api
