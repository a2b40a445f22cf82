package wire

// The numbers of the DNS message that the query path speaks (RFC 1035 section 4.1,
// RFC 6891). Types and classes are miekg/dns's numbers, which are IANA's.

// HeaderLen is the length of a message's header.
const HeaderLen = 12

// QuestionAt is where the question's name stands in every response; answers point
// back at it.
const QuestionAt = HeaderLen

// MaxPointer is the farthest place that a compression pointer can name (14 bits).
const MaxPointer = 0x3FFF

// Sizes of UDP responses.
const (
	MinUDPSize = 512  // without EDNS (RFC 1035 section 4.2.1), and the least that EDNS can say (RFC 6891 section 6.2.5)
	DefUDPSize = 1232 // ours: fits every path without fragments (RFC 9715 section 3.1)
	MaxUDPSize = 4096 // what ours may be set to, where all paths are known to carry it
	MaxTCPSize = 65535
)

// Rcode is a response code, with EDNS's upper bits where it has them.
type Rcode uint16

// Response codes (RFC 1035 section 4.1.1, RFC 2136 section 2.2, RFC 6891 section 9).
const (
	NoError  Rcode = 0
	FormErr  Rcode = 1
	ServFail Rcode = 2
	NXDomain Rcode = 3
	NotImp   Rcode = 4
	Refused  Rcode = 5
	YXDomain Rcode = 6 // a DNAME's substitution is too long (RFC 6672 section 2.2)
	BadVers  Rcode = 16
	// BadCookie answers a client that only asks whether its server cookie is valid (RFC
	// 7873 section 5.4).
	BadCookie Rcode = 23
)

func (r Rcode) String() string {
	switch r {
	case NoError:
		return "NOERROR"
	case FormErr:
		return "FORMERR"
	case ServFail:
		return "SERVFAIL"
	case NXDomain:
		return "NXDOMAIN"
	case NotImp:
		return "NOTIMP"
	case Refused:
		return "REFUSED"
	case YXDomain:
		return "YXDOMAIN"
	case BadVers:
		return "BADVERS"
	case BadCookie:
		return "BADCOOKIE"
	}
	return "other"
}

// Types that the query path treats in a way of their own.
const (
	TypeA     uint16 = 1
	TypeNS    uint16 = 2
	TypeCNAME uint16 = 5
	TypeSOA   uint16 = 6
	TypePTR   uint16 = 12
	TypeMX    uint16 = 15
	TypeTXT   uint16 = 16
	TypeAAAA  uint16 = 28
	TypeSRV   uint16 = 33
	TypeDNAME uint16 = 39
	TypeOPT   uint16 = 41
	TypeDS    uint16 = 43
	TypeSVCB  uint16 = 64
	TypeIXFR  uint16 = 251
	TypeAXFR  uint16 = 252
	TypeANY   uint16 = 255
)

// Classes: the Internet's, and the one in which servers speak of themselves.
const (
	ClassIN uint16 = 1
	ClassCH uint16 = 3
)

// opcodeQuery is the one opcode that is answered.
const opcodeQuery = 0

// Header flags in the two octets after the id.
const (
	flagQR = 1 << 15
	flagAA = 1 << 10
	flagTC = 1 << 9
	flagRD = 1 << 8
	flagCD = 1 << 4

	opcodeShift = 11
	opcodeMask  = 15
)

func get16[T ~string | ~[]byte](b T, at int) int { return int(b[at])<<8 | int(b[at+1]) }
func put16(b []byte, at int, v int)              { b[at], b[at+1] = byte(v>>8), byte(v) }
func put32(b []byte, at int, v uint32)           { put16(b, at, int(v>>16)); put16(b, at+2, int(v&0xffff)) }
