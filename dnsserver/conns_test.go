package dnsserver

import (
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// closable is a connection that knows whether it is closed.
type closable struct {
	net.Conn
	closed bool
}

func (c *closable) Close() error { c.closed = true; return nil }

// slowConns is the readable twin of conns: a list, the longest quiet first.
type slowConns struct {
	max, perClient int
	all            []*slowConn
}

type slowConn struct {
	closable
	client netip.Prefix
	until  int // seconds, 0 is for ever
	twin   *tcpConn
}

func (s *slowConns) of(client netip.Prefix) (all []*slowConn) {
	return slices.DeleteFunc(slices.Clone(s.all), func(c *slowConn) bool { return c.client != client })
}

// mayGiveWay are those of which one has to end before a client gets another connection.
func (s *slowConns) mayGiveWay(newcomer netip.Prefix) (all []*slowConn) {
	switch {
	case len(s.of(newcomer)) == s.perClient:
		return s.of(newcomer)[:1]
	case len(s.all) < s.max:
		return nil
	}
	most := 0
	for _, c := range s.all {
		most = max(most, len(s.of(c.client)))
	}
	for _, c := range s.all {
		if mine := s.of(c.client); len(mine) == most && mine[0] == c {
			all = append(all, c)
		}
	}
	return all
}

func (s *slowConns) toTheEnd(c *slowConn) {
	s.remove(c)
	s.all = append(s.all, c)
}

func (s *slowConns) remove(c *slowConn) {
	s.all = slices.DeleteFunc(s.all, func(o *slowConn) bool { return o == c })
}

// TestConnsAgainstTwin: the bounds always hold, and who ends for a newcomer is of the
// client with the most, or of the newcomer's own, and the quietest of that. Those whose time
// is over end, and no others.
func TestConnsAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most, perClient := rapid.IntRange(1, 8).Draw(t, "max"), rapid.IntRange(1, 5).Draw(t, "per client")
		table, slow := newConns(most, perClient), &slowConns{max: most, perClient: min(most, perClient)}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch step := rapid.IntRange(0, 5).Draw(t, "step"); {
			case step <= 1 || len(slow.all) == 0:
				from := netip.AddrFrom4([4]byte{192, 0, 2, byte(rapid.IntRange(1, 4).Draw(t, "from"))})
				c := &slowConn{client: networkOf(from)}
				may := slow.mayGiveWay(c.client)
				c.twin = table.add(&c.closable, from)
				ended := slices.DeleteFunc(slices.Clone(slow.all), func(o *slowConn) bool { return !o.closed })
				if len(ended) != min(1, len(may)) || len(ended) == 1 && !slices.Contains(may, ended[0]) {
					t.Fatalf("%d ended for a newcomer, of %d that may", len(ended), len(may))
				}
				for _, o := range ended {
					slow.remove(o)
				}
				slow.all = append(slow.all, c)
			case step == 2:
				c := rapid.SampledFrom(slow.all).Draw(t, "busy")
				table.busy(c.twin)
				slow.toTheEnd(c)
			case step == 3:
				c := rapid.SampledFrom(slow.all).Draw(t, "allowed")
				c.until = rapid.IntRange(1, 5).Draw(t, "until")
				table.allow(c.twin, table.since, time.Duration(c.until)*time.Second)
			case step == 4:
				now := rapid.IntRange(1, 6).Draw(t, "now")
				table.sweep(table.since.Add(time.Duration(now) * time.Second))
				for _, c := range slices.Clone(slow.all) {
					over := c.until != 0 && c.until < now
					if c.closed != over {
						t.Fatalf("closed %v at %d, allowed until %d", c.closed, now, c.until)
					}
					if over {
						slow.remove(c)
					}
				}
			default:
				c := rapid.SampledFrom(slow.all).Draw(t, "ends")
				table.remove(c.twin)
				table.remove(c.twin)
				slow.remove(c)
			}
			if n := table.count().Open; n != len(slow.all) || n > most {
				t.Fatalf("%d open, the twin has %d, at most %d", n, len(slow.all), most)
			}
		}
		table.close()
		late := &closable{}
		if len(table.clients) != 0 || table.count().Open != 0 || table.add(late, netip.MustParseAddr("192.0.2.1")) != nil || !late.closed {
			t.Fatalf("after the end %d clients, %d open", len(table.clients), table.count().Open)
		}
	})
}

// TestQuietestOfAll: where each client has one connection, the one that has been quiet
// longest ends, and who is busy stays.
func TestQuietestOfAll(t *testing.T) {
	table := newConns(3, 2)
	add := func(from string) (*tcpConn, *closable) {
		under := &closable{}
		return table.add(under, netip.MustParseAddr(from)), under
	}
	old, oldUnder := add("192.0.2.1")
	_, second := add("192.0.2.2")
	_, third := add("192.0.2.3")
	table.busy(old)
	add("192.0.2.4")
	add("192.0.2.5")
	if oldUnder.closed || !second.closed || !third.closed {
		t.Errorf("closed: busy %v, second %v, third %v", oldUnder.closed, second.closed, third.closed)
	}
	// All addresses of an IPv6 /64 are one client.
	table = newConns(3, 2)
	_, first := add("2001:db8::1")
	add("2001:db8::2")
	add("2001:db8::3")
	if !first.closed {
		t.Error("three connections of one /64 are open, two are allowed")
	}
}

// TestMakeRoom closes one; of none, none.
func TestMakeRoom(t *testing.T) {
	table := newConns(3, 2)
	table.makeRoom()
	under := &closable{}
	table.add(under, netip.MustParseAddr("192.0.2.1"))
	table.makeRoom()
	if got := table.count(); !under.closed || got != (TCPCounts{Accepted: 1, GaveWayOfAll: 1}) {
		t.Errorf("closed %v, %+v", under.closed, got)
	}
}
