// Package answer turns a packet and an address into the octets of a response.
//
// One algorithm answers every query: static or steered, over UDP, TCP or whatever
// comes. It knows no socket: a Responder is given memory and gives a length.
//
//   - Responder: one worker's answerer, with scratch memory of its own. One
//     goroutine uses it; make one for each worker.
//   - Shared: what all workers answer from: the view, swapped atomically.
//   - Counters: what a worker counted; read by any goroutine.
//
// The way of a query, by file: answer.go lists the steps; positive.go, dname.go,
// negative.go and referral.go are the kinds of answer; steered.go chooses and copies;
// trace.go notes what was decided, for explain.
package answer
