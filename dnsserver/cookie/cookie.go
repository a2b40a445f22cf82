// Package cookie makes and checks server cookies (RFC 7873) in the interoperable form
// of RFC 9018, so that all servers with the same secrets accept each other's.
//
//	server cookie: version 1 | 3 octets of zero | timestamp, 4 octets | hash, 8 octets
//	hash: SipHash-2-4 of client cookie | what stands before the hash | client's address
//
// Secrets is immutable; a roll-over replaces it whole.
package cookie

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/dchest/siphash"
)

// Len is the length of a server cookie in octets.
const Len = 16

// maxSecrets bounds the secrets that are accepted: the present one, the one before, the
// next, and one to spare.
const maxSecrets = 4

// Ages of a cookie in seconds (RFC 9018 section 4.3).
const (
	oldest  = 3600 // older ones are not accepted
	renewed = 1800 // older ones are replaced
	ahead   = 300  // of another server's clock
)

// Secrets are the keys of cookies. The first signs, all are accepted: to roll over, put
// the new one behind on all servers, then in front on all, then drop the old one.
type Secrets struct{ keys [][2]uint64 }

// Parse reads secrets from text: one a line, each 32 hexadecimal digits; empty lines and
// those that begin with # are passed over.
func Parse(text string) (*Secrets, error) {
	s := &Secrets{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		word := strings.TrimSpace(line)
		if word == "" || word[0] == '#' {
			continue
		}
		key, err := hex.DecodeString(word)
		if err != nil || len(key) != 16 {
			return nil, fmt.Errorf("line %d is no secret: write 32 hexadecimal digits, as `openssl rand -hex 16` makes them", n)
		}
		s.add([16]byte(key))
	}
	switch {
	case len(s.keys) == 0:
		return nil, fmt.Errorf("there is no secret: write 32 hexadecimal digits on a line, as `openssl rand -hex 16` makes them")
	case len(s.keys) > maxSecrets:
		return nil, fmt.Errorf("there are %d secrets: keep at most %d, the one that signs first", len(s.keys), maxSecrets)
	}
	return s, nil
}

// Random makes a secret for this process alone.
func Random() *Secrets {
	var key [16]byte
	rand.Read(key[:])
	s := &Secrets{}
	s.add(key)
	return s
}

func (s *Secrets) add(key [16]byte) {
	s.keys = append(s.keys, [2]uint64{binary.LittleEndian.Uint64(key[:8]), binary.LittleEndian.Uint64(key[8:])})
}

// Make writes the server cookie for a client into dst. client is its client cookie (8
// octets), now the time in seconds since 1970.
func (s *Secrets) Make(dst *[Len]byte, client []byte, addr netip.Addr, now uint32) {
	clear(dst[:])
	dst[0] = 1
	binary.BigEndian.PutUint32(dst[4:], now)
	binary.LittleEndian.PutUint64(dst[8:], hash(s.keys[0], client, dst[:8], addr))
}

// Check says whether a server cookie is one of ours for this client, and whether it is
// recent enough to be given back as it is.
func (s *Secrets) Check(client, server []byte, addr netip.Addr, now uint32) (valid, recent bool) {
	if len(server) != Len || server[0] != 1 {
		return false, false
	}
	// Serial arithmetic: the timestamp may wrap (RFC 9018 section 4.3).
	age := int32(now - binary.BigEndian.Uint32(server[4:]))
	if age > oldest || age < -ahead {
		return false, false
	}
	for i, key := range s.keys {
		if binary.LittleEndian.Uint64(server[8:]) == hash(key, client, server[:8], addr) {
			return true, age <= renewed && i == 0
		}
	}
	return false, false
}

func hash(key [2]uint64, client, head []byte, addr netip.Addr) uint64 {
	var b [8 + 8 + 16]byte
	copy(b[:], client)
	copy(b[8:], head)
	n := 16
	if addr.Is4() {
		a := addr.As4()
		n += copy(b[n:], a[:])
	} else {
		a := addr.As16()
		n += copy(b[n:], a[:])
	}
	return siphash.Hash(key[0], key[1], b[:n])
}
