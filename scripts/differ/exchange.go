package main

// One exchange: a packet out, an answer or nothing back.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"github.com/miekg/dns"

	"meridian/scripts/differ/corners"
)

// How long an answer may take; how long one may still come after that to a query sent
// later has come; and how long servers load zones.
const (
	answerTime = 5 * time.Second
	straggling = 15 * time.Millisecond
	loading    = 5 * time.Second // from the first answer to the last zone
)

// connect opens the UDP socket and waits until the server answers on it.
func (s *server) connect() error {
	conn, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return err
	}
	s.conn = conn
	err = s.ready(func() error {
		_, err := s.overUDP(plain(".", dns.TypeSOA), 200*time.Millisecond)
		return err
	})
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", s.name, err)
	}
	s.loadedBy = time.Now().Add(loading)
	return nil
}

// missing is a zone that the server does not have; "" where it has all.
func (s *server) missing(zones []corners.Zone) (string, error) {
	for _, z := range zones {
		err := retry(s.loadedBy, func() error { // servers answer before they have loaded all
			octets, err := s.overUDP(plain(z.Name, dns.TypeSOA), answerTime)
			if err != nil {
				return err
			}
			if m := parseMessage(octets); !m.hasFlag("aa") {
				return errMissing
			}
			return nil
		})
		if errors.Is(err, errMissing) {
			return z.Name, nil
		}
		if err != nil {
			return "", fmt.Errorf("asking %s for the SOA of %s: %w", s.name, z.Name, err)
		}
	}
	return "", nil
}

var errMissing = errors.New("the zone is not there")

// exchange sends a packet; the answer is nothing where none comes.
func (s *server) exchange(p packet) (message, error) {
	p.octets = slices.Clone(p.octets) // to be stamped
	octets, err := s.send(p)
	if err != nil {
		return message{}, errors.Join(fmt.Errorf("asking %s %s: %w", s.name, p, err), s.crashed())
	}
	return parseMessage(octets), nil
}

func (s *server) send(p packet) ([]byte, error) {
	switch {
	case p.tcp:
		return s.overTCP(p)
	case p.odd:
		return s.orNothing(p)
	}
	return s.overUDP(p, answerTime)
}

// overUDP waits for the answer with the packet's id.
func (s *server) overUDP(p packet, wait time.Duration) ([]byte, error) {
	id := s.stamp(p)
	if _, err := s.conn.Write(p.octets); err != nil {
		return nil, err
	}
	return s.receive(time.Now().Add(wait), id)
}

// orNothing sends a query that is always answered after the packet: once its answer is
// there, none to the packet will come.
func (s *server) orNothing(p packet) ([]byte, error) {
	id := s.stamp(p)
	if _, err := s.conn.Write(p.octets); err != nil {
		return nil, err
	}
	after := plain(".", dns.TypeSOA)
	afterID := s.stamp(after)
	if _, err := s.conn.Write(after.octets); err != nil {
		return nil, err
	}
	b, err := s.receive(time.Now().Add(answerTime), id, afterID)
	if err != nil || binary.BigEndian.Uint16(b) == id {
		return b, err
	}
	b, err = s.receive(time.Now().Add(straggling), id)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, nil
	}
	return b, err
}

// stamp gives the packet an id of its own.
func (s *server) stamp(p packet) uint16 {
	s.id++
	if len(p.octets) >= 2 {
		binary.BigEndian.PutUint16(p.octets, s.id)
	}
	return s.id
}

func (s *server) receive(deadline time.Time, ids ...uint16) ([]byte, error) {
	if err := s.conn.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	buf := make([]byte, 65535)
	for {
		n, err := s.conn.Read(buf)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if n >= 2 && binary.BigEndian.Uint16(buf) == id {
				return buf[:n], nil
			}
		}
	}
}

func (s *server) overTCP(p packet) ([]byte, error) {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return nil, err
	}
	s.stamp(p)
	framed := binary.BigEndian.AppendUint16(nil, uint16(len(p.octets)))
	if _, err := conn.Write(append(framed, p.octets...)); err != nil {
		return nil, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err = io.ReadFull(conn, b)
	return b, err
}
