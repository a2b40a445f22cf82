package wire

// What one packet asks: header, one question, and the EDNS options that matter.

// Verdict says what is to become of a packet.
type Verdict uint8

// Verdicts.
const (
	Accept     Verdict = iota // a query to be answered
	Drop                      // nothing is sent: no header, or a response itself (which could loop)
	Malformed                 // FORMERR
	NotKnown                  // NOTIMP: an opcode that isn't QUERY
	BadVersion                // BADVERS: an EDNS version above 0 (RFC 6891 section 6.1.3)
	OnlyCookie                // no question: the client wants a server cookie (RFC 7873 section 5.4)
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

	EDNS
}

// Parse reads a packet. It never panics, reads each octet at most once more than
// there are pointers, and allocates nothing.
func (q *Query) Parse(packet []byte) Verdict {
	q.packet, q.questionEnd, q.Type, q.Class = packet, 0, 0, 0
	q.EDNS = EDNS{}
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
	verdict := q.parseBody()
	if verdict == Malformed {
		// FORMERR has OPT and nothing in it, wherever the fault is: an option that may be
		// misread isn't answered.
		q.EDNS = EDNS{HasOPT: q.HasOPT, UDPSize: q.UDPSize}
	}
	return verdict
}

// parseBody reads what follows the header: one question (RFC 9619), or none where a
// client only wants a cookie (RFC 7873 section 5.4), and the records.
func (q *Query) parseBody() Verdict {
	switch get16(q.packet, 4) {
	case 0:
		if q.parseRecords(HeaderLen) == Accept && q.Cookie.Present {
			return OnlyCookie
		}
		return Malformed
	case 1:
		end, ok := q.parseQuestion()
		if !ok {
			return Malformed
		}
		q.questionEnd = end
		return q.parseRecords(end)
	}
	return Malformed
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

// echoFlags are the opcode, RD and CD: they return as they came (RFC 1035 section
// 4.1.1, RFC 4035 section 3.1.6).
func (q *Query) echoFlags() int { return q.flags & (flagRD | flagCD | opcodeMask<<opcodeShift) }
