package dnsserver

// A UDP socket by package net alone, one datagram at a time: for systems without a
// better one, and to test the loop against two kinds of socket.
//
// On a wildcard address the system chooses the address that an answer leaves from;
// listen on each address to be sure of it.

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"

	"meridian/wire"
)

// portableSocket is a worker's share of a socket that all workers read.
type portableSocket struct {
	conn *net.UDPConn
	held sync.Mutex // by the goroutine that it serves

	packet [maxPacket]byte
	reply  [wire.MaxUDPSize]byte
	n, m   int // their lengths
	from   netip.AddrPort
}

// openPortable opens one socket, which all workers read.
func openPortable(ctx context.Context, network string, addr netip.AddrPort, workers int) (sockets []udpSocket, got rooms, err error) {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(ctx, network, addr.String())
	if err != nil {
		return nil, rooms{}, err
	}
	conn := c.(*net.UDPConn)
	if conn.SetReadBuffer(receiveRoom) == nil {
		got.receive = receiveRoom
	}
	if conn.SetWriteBuffer(sendRoom) == nil {
		got.send = sendRoom
	}
	for range workers {
		sockets = append(sockets, &portableSocket{conn: conn})
	}
	return sockets, got, nil
}

func (c *portableSocket) hold() (release func()) {
	c.held.Lock()
	return c.held.Unlock
}

func (c *portableSocket) receive() (_ int, err error) {
	c.n, c.from, err = c.conn.ReadFromUDPAddrPort(c.packet[:])
	return 1, err
}

func (c *portableSocket) query(int) ([]byte, netip.Addr) {
	return c.packet[:c.n], c.from.Addr().Unmap()
}

func (c *portableSocket) room(int) []byte { return c.reply[:] }

func (c *portableSocket) address(_, _, n int) { c.m = n }

func (c *portableSocket) send(int, int) (int, error) {
	if _, err := c.conn.WriteToUDPAddrPort(c.reply[:c.m], c.from); err != nil {
		return 0, err
	}
	return 1, nil
}

// drops isn't known: few systems tell.
func (c *portableSocket) drops() uint64 { return 0 }

func (c *portableSocket) close() error {
	err := c.conn.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	c.held.Lock() // until the loop has left it
	defer c.held.Unlock()
	return err
}
