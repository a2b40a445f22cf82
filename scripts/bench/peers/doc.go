// Package peers runs name servers side by side: meridian and, from Debian's packages, NSD,
// Knot, gdnsd, BIND and PowerDNS, each with its own configuration of the same World and
// one UDP worker.
//
//	w := &peers.World{Names: 100_000}
//	server, err := peers.NSD().Start(ctx, dir, w)   // answers when Start returns
//	server.Pin(1)
//	server.CPU(); server.Memory(); server.Stop()
//
// A Peer is a value that says how a server is started; a Server is one that runs. Neither
// is safe for use by several goroutines at once. None of the servers limits rates, gives
// cookies or adds more to an answer than it must, so that they do the same work.
package peers
