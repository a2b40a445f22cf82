package wire

// The response: header, the question just as it was asked, the sections, OPT.

// Section is a part of the message that holds records.
type Section uint8

// Sections, by the place of their count in the header.
const (
	Answer     Section = 6
	Authority  Section = 8
	Additional Section = 10
)

// Writer builds one response in memory of the caller's. Start begins, Append and
// its like add what fits, Finish ends it. It never writes beyond the limit.
type Writer struct {
	q     *Query
	buf   []byte
	n     int
	limit int // of all but OPT, for which room is kept
}

// Start begins the response to q in buf, of at most limit octets: the header's
// counts are zero and the question, where there is one to echo, follows it.
func (w *Writer) Start(q *Query, buf []byte, limit int) {
	w.q, w.buf = q, buf
	w.limit = min(limit, len(buf)) - w.optLen()
	put16(buf, 0, get16(q.packet, 0))
	put16(buf, 2, flagQR|q.echoFlags())
	clear(buf[4:HeaderLen])
	w.n = HeaderLen
	if q.questionEnd > 0 {
		buf[5] = 1
		w.n += copy(buf[HeaderLen:], q.packet[HeaderLen:q.questionEnd])
	}
}

// Len is how long the response is by now: where the next record will stand.
func (w *Writer) Len() int { return w.n }

// Authoritative sets AA.
func (w *Writer) Authoritative() { w.buf[2] |= flagAA >> 8 }

// Truncate sets TC. What is written stays: whole RRsets only.
func (w *Writer) Truncate() { w.buf[2] |= flagTC >> 8 }

// Append adds an RRset whose owner name stands at ownerAt, where the zone's apex
// stands at apexAt in the question. It returns false, and writes nothing, where the
// RRset doesn't fit whole.
func (w *Writer) Append(sec Section, s *RRset, ownerAt, apexAt int) bool {
	at := w.n
	if at+len(s.data) > w.limit || ownerAt > MaxPointer {
		return false
	}
	w.n += copy(w.buf[at:], s.data)
	w.count(sec, int(s.Count))
	if ownerAt != QuestionAt {
		for i := at; i < w.n; i += recordLen(w.buf, i) {
			put16(w.buf, i, pointerOf|ownerAt)
		}
	}
	if apexAt != s.apexAt {
		for _, p := range s.apexPointers {
			put16(w.buf, at+int(p), pointerOf|apexAt)
		}
	}
	return true
}

// AppendSome is Append without the records whose bit in skip is set (the first is
// bit 0). The records must all be of one length, as addresses are. Where every
// record would be skipped, none is.
func (w *Writer) AppendSome(sec Section, s *RRset, skip uint16, ownerAt, apexAt int) bool {
	all := uint16(1)<<s.Count - 1
	if skip&all == 0 || skip&all == all {
		return w.Append(sec, s, ownerAt, apexAt)
	}
	size := len(s.data) / int(s.Count)
	from, counted := w.n, get16(w.buf, int(sec))
	for i := range int(s.Count) {
		if skip>>i&1 != 0 {
			continue
		}
		if w.n+size > w.limit || ownerAt > MaxPointer {
			w.n = from
			put16(w.buf, int(sec), counted)
			return false
		}
		put16(w.buf, w.n, pointerOf|ownerAt)
		copy(w.buf[w.n+ownerLen:], s.data[i*size+ownerLen:(i+1)*size])
		w.n += size
		w.count(sec, 1)
	}
	return true
}

// AppendCNAME adds to the answer a CNAME that was made for it, its target written out,
// and returns where the target stands; false, and nothing is written, where it doesn't
// fit.
func (w *Writer) AppendCNAME(ttl uint32, ownerAt int, target []byte) (targetAt int, ok bool) {
	at := w.n
	if at+rdataAt+len(target) > w.limit || ownerAt > MaxPointer {
		return 0, false
	}
	put16(w.buf, at, pointerOf|ownerAt)
	put16(w.buf, at+ownerLen, int(TypeCNAME))
	put16(w.buf, at+ownerLen+2, int(ClassIN))
	put32(w.buf, at+ttlAt, ttl)
	put16(w.buf, at+lengthAt, len(target))
	w.n = at + rdataAt + copy(w.buf[at+rdataAt:], target)
	w.count(Answer, 1)
	return at + rdataAt, true
}

func (w *Writer) count(sec Section, n int) {
	put16(w.buf, int(sec), get16(w.buf, int(sec))+n)
}

// TargetAt returns where s's i-th target stands in the response, given where s was
// appended (Len before the Append).
func (s *RRset) TargetAt(i, appendedAt int) int { return appendedAt + s.Targets[i].at }

// optLen is the length of the OPT record that Finish will write.
func (w *Writer) optLen() int {
	switch {
	case !w.q.HasOPT:
		return 0
	case w.q.ECS.Present:
		return 11 + 4 + w.q.ECS.length
	}
	return 11
}

// Finish sets the response code, writes OPT where the query had one (RFC 6891
// section 6.1.1), with the client subnet echoed exactly and the given scope where it
// was there (RFC 7871 section 7.2.1), and returns the response's length. A code over
// 15 needs OPT.
func (w *Writer) Finish(rcode Rcode, scope uint8) int {
	w.buf[3] |= byte(rcode & 15)
	if !w.q.HasOPT {
		return w.n
	}
	opt := w.buf[w.n:]
	w.n += w.optLen()
	clear(opt[:11])
	opt[2] = byte(TypeOPT)
	put16(opt, 3, MaxUDPSize)
	opt[5] = byte(rcode >> 4)
	if e := &w.q.ECS; e.Present {
		put16(opt, 9, 4+e.length)
		put16(opt, 11, optionECS)
		put16(opt, 13, e.length)
		copy(opt[15:], w.q.packet[e.at:e.at+e.length])
		opt[15+3] = scope
	}
	w.count(Additional, 1)
	return w.n
}
