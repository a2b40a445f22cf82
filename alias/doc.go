// Package alias finds the addresses of names outside of our zones to which ALIAS
// records point, off the query path.
//
//   - Resolver: the names that are wanted and when each is due again. Its cells
//     (view.Cell) are what queries read; a cell that was filled once is never emptied.
//   - Exchanger: how a question gets to a resolver and back; Network is the real one.
//
// Acquire and Release may be called by any goroutine; Run is one goroutine, and one more
// for each look-up under way, of which there are few at a time.
//
// What becomes of an answer: addresses are stored for their TTL (5 seconds to a day),
// and so is that the name has no such type. A look-up that fails, and a name that
// suddenly doesn't exist, change nothing but when it is tried again: a target that was
// there once is served as it last was, however long that lasts.
package alias
