package wire

// What one packet asks: header, one question, and the EDNS options that matter.

import "net/netip"

// Verdict says what is to become of a packet.
type Verdict uint8

// Verdicts.
const (
	Accept     Verdict = iota // a query to be answered
	Drop                      // nothing is sent: no header, or a response itself (which could loop)
	Malformed                 // FORMERR
	NotKnown                  // NOTIMP: an opcode that isn't QUERY
	BadVersion                // BADVERS: an EDNS version above 0 (RFC 6891 section 6.1.3)
)

// Query is one parsed packet. Parse fills it anew; it keeps offsets into the packet,
// which must stay as it is until the response is written.
type Query struct {
	packet      []byte
	flags       int
	questionEnd int // 0 where the question couldn't be read

	Name  Suffixes
	Type  uint16
	Class uint16

	HasOPT  bool
	UDPSize int // as the client said; 0 without OPT
	ECS     ECS
}

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

// Parse reads a packet. It never panics, reads each octet at most once more than
// there are pointers, and allocates nothing.
func (q *Query) Parse(packet []byte) Verdict {
	q.packet, q.questionEnd, q.Type, q.Class = packet, 0, 0, 0
	q.HasOPT, q.UDPSize, q.ECS = false, 0, ECS{}
	if len(packet) < HeaderLen {
		return Drop
	}
	q.flags = get16(packet, 2)
	if q.flags&flagQR != 0 {
		return Drop
	}
	if q.flags>>opcodeShift&opcodeMask != opcodeQuery {
		return NotKnown
	}
	// One question: RFC 9619.
	if get16(packet, 4) != 1 {
		return Malformed
	}
	end, ok := q.parseQuestion()
	if !ok {
		return Malformed
	}
	q.questionEnd = end
	verdict := q.parseRecords(end)
	if verdict == Malformed {
		q.ECS = ECS{} // FORMERR echoes no client subnet, wherever the fault is
	}
	return verdict
}

// parseQuestion reads the question at the header's end. A compressed QNAME has
// nothing to point at, so a length octet over 63 is malformed.
func (q *Query) parseQuestion() (end int, ok bool) {
	b := q.packet
	at := QuestionAt
	for {
		if at >= len(b) {
			return 0, false
		}
		n := int(b[at])
		if n > MaxLabelLen || at+n+1-QuestionAt > MaxNameLen {
			return 0, false
		}
		at += n + 1
		if n == 0 {
			break
		}
	}
	if at+4 > len(b) {
		return 0, false
	}
	q.Name.Set(b[QuestionAt:at])
	q.Type, q.Class = uint16(get16(b, at)), uint16(get16(b, at+2))
	return at + 4, true
}

// parseRecords walks the records behind the question, of which only OPT counts,
// and that in the additional section alone (RFC 6891 section 6.1.1).
func (q *Query) parseRecords(at int) Verdict {
	b := q.packet
	before := get16(b, 6) + get16(b, 8) // ANCOUNT and NSCOUNT
	total := before + get16(b, 10)
	verdict := Accept
	for i := range total {
		nameAt := at
		var ok bool
		if at, ok = skipName(b, at); !ok || at+10 > len(b) {
			return Malformed
		}
		typ, length := uint16(get16(b, at)), get16(b, at+8)
		rdata := at + 10
		if rdata+length > len(b) {
			return Malformed
		}
		if typ == TypeOPT {
			if q.HasOPT || i < before || b[nameAt] != 0 {
				return Malformed
			}
			if v := q.parseOPT(at, rdata, rdata+length); v == Malformed {
				return v
			} else if v != Accept {
				verdict = v
			}
		}
		at = rdata + length
	}
	if at != len(b) {
		return Malformed
	}
	return verdict
}

// skipName returns the place behind the name at b[at], which may end in a pointer.
// The pointer isn't followed: nobody reads that name.
func skipName(b []byte, at int) (int, bool) {
	for at < len(b) {
		switch n := int(b[at]); {
		case n == 0:
			return at + 1, true
		case n >= 0xC0:
			return at + 2, at+2 <= len(b)
		case n > MaxLabelLen:
			return 0, false
		default:
			at += n + 1
		}
	}
	return 0, false
}

// parseOPT reads the OPT record whose fixed part is at b[at] and whose options are
// b[from:to]. Unknown options and flags are passed over (RFC 6891 section 6.1.2).
func (q *Query) parseOPT(at, from, to int) Verdict {
	b := q.packet
	q.HasOPT = true
	q.UDPSize = get16(b, at+2)
	if b[at+5] != 0 {
		// Options of a later version may have another form: they are not read.
		return BadVersion
	}
	for from < to {
		if from+4 > to {
			return Malformed
		}
		code, length := get16(b, from), get16(b, from+2)
		from += 4
		if from+length > to {
			return Malformed
		}
		if code == optionECS && (q.ECS.Present || !q.ECS.parse(b[from:from+length], from)) {
			return Malformed
		}
		from += length
	}
	return Accept
}

const optionECS = 8

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

// echoFlags are the opcode, RD and CD: they return as they came (RFC 1035 section
// 4.1.1, RFC 4035 section 3.1.6).
func (q *Query) echoFlags() int { return q.flags & (flagRD | flagCD | opcodeMask<<opcodeShift) }
