package wire

// EDNS: the OPT record of a query, read, and that of the response, written (RFC 6891).

import "cmp"

// EDNS is what a query's OPT record says. Unknown options and flags are passed over
// (RFC 6891 section 6.1.2).
type EDNS struct {
	HasOPT  bool
	DO      bool // DNSSEC's records are wanted
	UDPSize int  // as the client said
	ECS     ECS
	Cookie  Cookie
	// What the client asks to be told: the server's name (RFC 5001), how long an idle
	// TCP connection stays open (RFC 7828), which version of the zone answers (RFC 9660).
	WantsNSID, WantsKeepalive, WantsZoneVersion bool
}

// Cookie is a query's cookie option (RFC 7873 section 4). Its octets lie in the packet.
type Cookie struct {
	Present bool
	Client  []byte // 8 octets
	Server  []byte // 8 to 32 octets, or none
}

// Codes of EDNS options (IANA).
const (
	optionNSID          = 3
	optionECS           = 8
	optionCookie        = 10
	optionKeepalive     = 11
	optionExtendedError = 15
	optionReportChannel = 18
	optionZoneVersion   = 19
)

// Lengths of cookies (RFC 7873 section 4).
const (
	ClientCookieLen    = 8
	minServerCookieLen = 8
	maxServerCookieLen = 32
)

// parseOPT reads the OPT record whose fixed part is at b[at] and whose options are
// b[from:to].
func (q *Query) parseOPT(at, from, to int) Verdict {
	b := q.packet
	q.HasOPT = true
	q.UDPSize = get16(b, at+2)
	if b[at+5] != 0 {
		// Options of a later version may have another form: they are not read.
		return BadVersion
	}
	q.DO = b[at+6]&flagDO != 0
	for from < to {
		if from+optionHeader > to {
			return Malformed
		}
		code, length := get16(b, from), get16(b, from+2)
		from += optionHeader
		if from+length > to {
			return Malformed
		}
		if !q.option(code, b[from:from+length], from) {
			return Malformed
		}
		from += length
	}
	return Accept
}

// option reads one option, whose data begin at place at of the packet; false where its
// RFC calls it malformed.
func (q *Query) option(code int, data []byte, at int) bool {
	switch code {
	case optionECS:
		again := q.ECS.Present
		q.ECS = ECS{}
		return !again && q.ECS.parse(data, at)
	case optionCookie:
		return q.Cookie.parse(data)
	case optionNSID:
		q.WantsNSID = true // RFC 5001 section 2.1: what the query's option holds is ignored
	case optionKeepalive:
		q.WantsKeepalive = true
	case optionZoneVersion:
		q.WantsZoneVersion = true
		return len(data) == 0 // RFC 9660 section 3.1
	}
	return true
}

// parse reads a cookie option; all but the first are ignored (RFC 7873 section 5.2).
func (c *Cookie) parse(data []byte) bool {
	if c.Present {
		return true
	}
	server := len(data) - ClientCookieLen
	if server != 0 && (server < minServerCookieLen || server > maxServerCookieLen) {
		return false
	}
	*c = Cookie{Present: true, Client: data[:ClientCookieLen], Server: data[ClientCookieLen:]}
	return true
}

// Options are what a response's OPT record carries, beside the client subnet. Empty
// ones are left out. Room is kept for all but the extended error, which is dropped
// where there is none.
type Options struct {
	UDPSize     uint16 // how long a query we take over UDP; 0 is DefUDPSize
	Cookie      []byte // client and server cookie, one behind the other
	NSID        []byte
	Keepalive   uint16 // how long an idle connection stays, in units of 100 ms; 0 says nothing
	ReportAgent Name   // where resolvers report errors (RFC 9567)
	// Zone's version (RFC 9660): the labels of its apex and its serial. ZoneVersion keeps
	// the room, and HasZone says that the rest is known.
	ZoneVersion, HasZone bool
	ZoneLabels           uint8
	ZoneSerial           uint32
	// Extended error code (RFC 8914).
	HasError bool
	Error    ExtendedError
	Cause    ExtendedError // said beside Error; 0 is none
}

// ExtendedError says more about a response code (RFC 8914 section 4).
type ExtendedError uint16

// Extended errors.
const (
	StaleAnswer          ExtendedError = 3
	NotReady             ExtendedError = 14
	Prohibited           ExtendedError = 18
	NotAuthoritative     ExtendedError = 20
	NotSupported         ExtendedError = 21
	NoReachableAuthority ExtendedError = 22
	NetworkError         ExtendedError = 23
)

// SetError sets the extended error.
func (o *Options) SetError(e ExtendedError) { o.HasError, o.Error = true, e }

// flagDO is in the first of OPT's two octets of flags.
const flagDO = 1 << 7

// Lengths of the parts of an OPT record.
const (
	optHeader      = 11 // root, type, size, code, version, flags, length
	optionHeader   = 4
	zoneVersionLen = 6 // labels, type, serial
)

// room is how much the options need for certain.
func (o *Options) room() int {
	n := 0
	for _, length := range [...]int{len(o.Cookie), len(o.NSID), len(o.ReportAgent)} {
		if length > 0 {
			n += optionHeader + length
		}
	}
	if o.Keepalive > 0 {
		n += optionHeader + 2
	}
	if o.ZoneVersion {
		n += optionHeader + zoneVersionLen
	}
	return n
}

// optRoom is the room that the response's OPT record needs for certain.
func (w *Writer) optRoom() int {
	switch {
	case !w.q.HasOPT:
		return 0
	case w.q.ECS.Present:
		return optHeader + optionHeader + w.q.ECS.length + w.options.room()
	}
	return optHeader + w.options.room()
}

// Finish sets the response code, writes OPT where the query had one (RFC 6891
// section 6.1.1), with the client subnet echoed exactly and the given scope where it
// was there (RFC 7871 section 7.2.1), and returns the response's length. A code over
// 15 needs OPT. After Strip it may be called again.
func (w *Writer) Finish(rcode Rcode, scope uint8) int {
	w.buf[3] |= byte(rcode & 15)
	if !w.q.HasOPT {
		return w.n
	}
	at := w.n
	clear(w.buf[at : at+optHeader])
	w.buf[at+2] = byte(TypeOPT)
	put16(w.buf, at+3, int(cmp.Or(w.options.UDPSize, DefUDPSize)))
	w.buf[at+5] = byte(rcode >> 4)
	if w.q.DO {
		w.buf[at+7] = flagDO // RFC 3225 section 3: it is copied, whatever there is to send
	}
	w.n += optHeader
	if e := &w.q.ECS; e.Present {
		data := w.appendOption(optionECS, w.q.packet[e.at:e.at+e.length])
		data[3] = scope
	}
	w.writeOptions(w.options)
	put16(w.buf, at+9, w.n-at-optHeader)
	w.count(Additional, 1)
	return w.n
}

func (w *Writer) writeOptions(o *Options) {
	if len(o.Cookie) > 0 {
		w.appendOption(optionCookie, o.Cookie)
	}
	if len(o.NSID) > 0 {
		w.appendOption(optionNSID, o.NSID)
	}
	if o.Keepalive > 0 {
		put16(w.optionSpace(optionKeepalive, 2), 0, int(o.Keepalive))
	}
	if len(o.ReportAgent) > 0 {
		copy(w.optionSpace(optionReportChannel, len(o.ReportAgent)), o.ReportAgent)
	}
	if o.ZoneVersion && o.HasZone {
		data := w.optionSpace(optionZoneVersion, zoneVersionLen)
		data[0], data[1] = o.ZoneLabels, 0 // type 0: the SOA's serial
		put32(data, 2, o.ZoneSerial)
	}
	if o.HasError && w.n+optionHeader+2 <= w.end {
		put16(w.optionSpace(optionExtendedError, 2), 0, int(o.Error))
	}
	if o.Cause != 0 && w.n+optionHeader+2 <= w.end {
		put16(w.optionSpace(optionExtendedError, 2), 0, int(o.Cause))
	}
}

// optionSpace writes an option's header and returns the room of its data.
func (w *Writer) optionSpace(code, length int) []byte {
	put16(w.buf, w.n, code)
	put16(w.buf, w.n+2, length)
	data := w.buf[w.n+optionHeader : w.n+optionHeader+length]
	w.n += optionHeader + length
	return data
}

func (w *Writer) appendOption(code int, data []byte) []byte {
	space := w.optionSpace(code, len(data))
	copy(space, data)
	return space
}
