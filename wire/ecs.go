package wire

// The client subnet option: who the resolver asks for (RFC 7871).

import "net/netip"

// ECS is a query's client subnet option (RFC 7871).
type ECS struct {
	Present bool
	// Source is SOURCE PREFIX-LENGTH; 0 means "don't use my address".
	Source uint8
	// Prefix is the client's prefix; valid only where Source > 0.
	Prefix netip.Prefix
	// at and length are where FAMILY begins in the packet and the option's length, for the echo.
	at, length int
}

// parse reads one client subnet option, whose first octet is at place at of the
// packet. What RFC 7871 section 6 forbids is malformed.
func (e *ECS) parse(b []byte, at int) bool {
	if len(b) < 4 {
		return false
	}
	family, source, scope := get16(b, 0), int(b[2]), b[3]
	address := b[4:]
	if scope != 0 { // "MUST be set to 0 in queries"
		return false
	}
	var bits int
	switch family {
	case 0: // sent by some with SOURCE 0 to say "no address"; taken as such
		bits = 0
	case 1:
		bits = 32
	case 2:
		bits = 128
	default:
		return false
	}
	// ADDRESS is cut to the octets that SOURCE needs, and its last bits are zero.
	if source > bits || len(address) != (source+7)/8 {
		return false
	}
	if spare := source % 8; spare != 0 && address[len(address)-1]<<spare != 0 {
		return false
	}
	*e = ECS{Present: true, Source: uint8(source), at: at, length: len(b)}
	if source > 0 {
		e.Prefix = netip.PrefixFrom(addressOf(bits, address), source)
	}
	return true
}

// addressOf fills up a cut address with zeros.
func addressOf(bits int, address []byte) netip.Addr {
	if bits == 32 {
		var a [4]byte
		copy(a[:], address)
		return netip.AddrFrom4(a)
	}
	var a [16]byte
	copy(a[:], address)
	return netip.AddrFrom16(a)
}
