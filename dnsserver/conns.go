package dnsserver

// Which TCP connections are open, and which one gives way to a newcomer.
//
//	byCount[1]  client e ─ client b      each list: the longest quiet first
//	byCount[2]  (none)
//	byCount[3]  client a                 full: a's connection that has been quiet longest closes
//	              └ conn 7 ─ conn 2 ─ conn 9
//
// A newcomer is never turned away, so that nobody can keep others out by holding
// connections: who has the most loses one. And who is too slow loses his, which is looked
// after here, now and then, since a timer of its own costs a connection more than to be
// looked at.

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// conns are the open connections of all listeners. Any goroutine may use it.
type conns struct {
	max, perClient int
	since          time.Time // what deadlines are counted from

	mu      sync.Mutex // guards all below, and the lists in clients and connections
	closed  bool
	open    int
	clients map[netip.Prefix]*tcpClient
	byCount []list.List // of *tcpClient
	counts  TCPCounts
}

// tcpClient is a network that has connections.
type tcpClient struct {
	network netip.Prefix
	conns   list.List // of *tcpConn, the longest quiet first
	at      *list.Element
}

// tcpConn is one of the open connections.
type tcpConn struct {
	net.Conn
	client *tcpClient
	at     *list.Element // nil once it has given way
	until  atomic.Int64  // nanoseconds from conns.since; later it is closed, 0 is never
}

// TCPCounts are what happened to TCP connections.
type TCPCounts struct {
	Open     int    // now
	Accepted uint64 // since the start
	// GaveWay were closed for a newcomer, because their client had too many, or all
	// clients together.
	GaveWayOfClient, GaveWayOfAll uint64
}

func newConns(most, perClient int) *conns {
	perClient = min(perClient, most)
	return &conns{max: most, perClient: perClient, since: time.Now(), clients: map[netip.Prefix]*tcpClient{}, byCount: make([]list.List, perClient+1)}
}

// add takes a connection in, and closes another where there are too many; nil, and it is
// closed, after close.
func (t *conns) add(c net.Conn, from netip.Addr) *tcpConn {
	conn, gone := t.replace(c, networkOf(from))
	closeAll(gone)
	if conn == nil {
		c.Close()
	}
	return conn
}

// replace takes a connection in, and another out where there are too many.
func (t *conns) replace(c net.Conn, network netip.Prefix) (conn, gone *tcpConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil
	}
	t.counts.Accepted++
	if mine := t.clients[network]; mine != nil && mine.conns.Len() == t.perClient {
		t.counts.GaveWayOfClient++
		gone = t.drop(mine.conns.Front().Value.(*tcpConn))
	} else if t.open == t.max {
		gone = t.giveWay()
	}
	client := t.clients[network]
	if client == nil {
		client = &tcpClient{network: network}
		t.clients[network] = client
	}
	conn = &tcpConn{Conn: c, client: client}
	conn.at = client.conns.PushBack(conn)
	t.open++
	t.rank(client, client.conns.Len()-1)
	return conn, gone
}

// closeAll closes connections that were taken out. It isn't done under the lock: of all
// that is done for a connection, closing it takes the system longest.
func closeAll(gone ...*tcpConn) {
	for _, c := range gone {
		if c != nil {
			c.Close()
		}
	}
}

// makeRoom closes the connection that has to give way first, if there is one.
func (t *conns) makeRoom() {
	t.mu.Lock()
	gone := t.giveWay()
	t.mu.Unlock()
	closeAll(gone)
}

// giveWay drops the longest quiet connection of the client with the most; of several
// such clients, of the longest quiet one.
func (t *conns) giveWay() *tcpConn {
	for n := len(t.byCount) - 1; n > 0; n-- {
		if most := t.byCount[n].Front(); most != nil {
			t.counts.GaveWayOfAll++
			return t.drop(most.Value.(*tcpClient).conns.Front().Value.(*tcpConn))
		}
	}
	return nil
}

// busy notes that a connection's query was answered.
func (t *conns) busy(c *tcpConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.at != nil {
		c.client.conns.MoveToBack(c.at)
		t.byCount[c.client.conns.Len()].MoveToBack(c.client.at)
	}
}

// remove closes a connection; again does nothing.
func (t *conns) remove(c *tcpConn) {
	t.mu.Lock()
	gone := t.drop(c)
	t.mu.Unlock()
	closeAll(gone)
}

// allow gives a connection so long from now.
func (t *conns) allow(c *tcpConn, now time.Time, long time.Duration) {
	c.until.Store(int64(now.Sub(t.since) + long))
}

// sweep closes the connections whose time is over.
func (t *conns) sweep(now time.Time) {
	closeAll(t.take(func(c *tcpConn) bool {
		until := c.until.Load()
		return until != 0 && until < int64(now.Sub(t.since))
	})...)
}

// close closes all, those too that come later.
func (t *conns) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	closeAll(t.take(func(*tcpConn) bool { return true })...)
}

// take takes the connections out that which says.
func (t *conns) take(which func(*tcpConn) bool) (gone []*tcpConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, client := range t.clients {
		for at, next := client.conns.Front(), (*list.Element)(nil); at != nil; at = next {
			next = at.Next()
			if c := at.Value.(*tcpConn); which(c) {
				gone = append(gone, t.drop(c))
			}
		}
	}
	return gone
}

func (t *conns) count() TCPCounts {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := t.counts
	counts.Open = t.open
	return counts
}

// drop takes a connection out, and returns it to be closed; nil where it is out already.
func (t *conns) drop(c *tcpConn) *tcpConn {
	if c.at == nil {
		return nil
	}
	c.client.conns.Remove(c.at)
	c.at = nil
	t.open--
	t.rank(c.client, c.client.conns.Len()+1)
	return c
}

// rank puts a client that had so many connections where it belongs now, as one that was
// busy just now.
func (t *conns) rank(client *tcpClient, had int) {
	if client.at != nil {
		t.byCount[had].Remove(client.at)
		client.at = nil
	}
	if n := client.conns.Len(); n > 0 {
		client.at = t.byCount[n].PushBack(client)
	} else {
		delete(t.clients, client.network)
	}
}

// networkOf is who counts as one client: an IPv4 address, or the /64 that one IPv6 host
// can take all addresses of.
func networkOf(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}
