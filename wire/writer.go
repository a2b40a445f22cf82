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
	q       *Query
	options *Options
	buf     []byte
	n       int
	limit   int // of all but OPT, for which room is kept up to end
	end     int
}

// Start begins the response to q in buf, of at most limit octets: the header's
// counts are zero and the question, where there is one to echo, follows it. options are
// written by Finish; room is kept for what they have now.
func (w *Writer) Start(q *Query, options *Options, buf []byte, limit int) {
	w.q, w.options, w.buf = q, options, buf
	put16(buf, 0, get16(q.packet, 0))
	put16(buf, 2, flagQR|q.echoFlags())
	clear(buf[4:HeaderLen])
	w.n = HeaderLen
	if q.questionEnd > 0 {
		buf[5] = 1
		w.n += copy(buf[HeaderLen:], q.packet[HeaderLen:q.questionEnd])
	}
	w.end = min(limit, len(buf))
	if w.n+w.optRoom() > w.end {
		// Only the longest of names and agents come here, in 512 octets: the agent is for
		// resolvers, which take more.
		options.ReportAgent = ""
	}
	w.limit = w.end - w.optRoom()
}

// Len is how long the response is by now: where the next record will stand.
func (w *Writer) Len() int { return w.n }

// Authoritative sets AA.
func (w *Writer) Authoritative() { w.buf[2] |= flagAA >> 8 }

// Truncate sets TC. What is written stays: whole RRsets only.
func (w *Writer) Truncate() { w.buf[2] |= flagTC >> 8 }

// Truncated says whether TC is set.
func (w *Writer) Truncated() bool { return w.buf[2]&(flagTC>>8) != 0 }

// Strip takes back everything behind the question and sets TC: what a client gets that
// is to ask again over TCP. The response code that Finish has set is taken back too.
func (w *Writer) Strip() {
	w.buf[3] &^= 15
	clear(w.buf[6:HeaderLen])
	w.n = HeaderLen
	if w.q.questionEnd > 0 {
		w.n = w.q.questionEnd
	}
	w.Truncate()
}

// Append adds an RRset whose owner name stands at ownerAt, where the zone's apex
// stands at apexAt in the question. It returns false, and writes nothing, where the
// RRset doesn't fit whole.
func (w *Writer) Append(sec Section, s RRset, ownerAt, apexAt int) bool {
	at, data := w.n, s.data()
	if at+len(data) > w.limit || ownerAt > MaxPointer {
		return false
	}
	w.n += copy(w.buf[at:], data)
	w.count(sec, s.Count())
	if ownerAt != QuestionAt {
		for i := at; i < w.n; i += recordLen(w.buf, i) {
			put16(w.buf, i, pointerOf|ownerAt)
		}
	}
	if apexAt != s.apexAt() {
		for pointers := s.pointers(); len(pointers) > 0; pointers = pointers[2:] {
			put16(w.buf, at+get16(pointers, 0), pointerOf|apexAt)
		}
	}
	return true
}

// AppendTarget adds an RRset of a target of another, which was appended at a place: under
// a pointer to the target, or its name written out where none may point at it.
func (w *Writer) AppendTarget(sec Section, s RRset, t Target, appendedAt, apexAt int, apex Name) bool {
	if t.at == notPointedAt {
		return w.appendNamed(sec, s, t.Name[:len(t.Name)-len(apex)], apexAt)
	}
	return w.Append(sec, s, t.At(appendedAt), apexAt)
}

// appendNamed adds an RRset of addresses whose owner is labels above the apex.
func (w *Writer) appendNamed(sec Section, s RRset, labels Name, apexAt int) bool {
	data := s.data()
	if w.n+len(data)+s.Count()*len(labels) > w.limit {
		return false
	}
	for at := 0; at < len(data); at += recordLen(data, at) {
		w.n += copy(w.buf[w.n:], labels)
		put16(w.buf, w.n, pointerOf|apexAt)
		w.n += ownerLen + copy(w.buf[w.n+ownerLen:], data[at+ownerLen:at+recordLen(data, at)])
	}
	w.count(sec, s.Count())
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

// AppendChaos adds a TXT record of class CH at the question's name, with TTL 0. The text
// is at most 255 octets.
func (w *Writer) AppendChaos(text string) bool {
	at := w.n
	if at+rdataAt+1+len(text) > w.limit {
		return false
	}
	put16(w.buf, at, pointerOf|QuestionAt)
	put16(w.buf, at+ownerLen, int(TypeTXT))
	put16(w.buf, at+ownerLen+2, int(ClassCH))
	put32(w.buf, at+ttlAt, 0)
	put16(w.buf, at+lengthAt, 1+len(text))
	w.buf[at+rdataAt] = byte(len(text))
	w.n = at + rdataAt + 1 + copy(w.buf[at+rdataAt+1:], text)
	w.count(Answer, 1)
	return true
}

func (w *Writer) count(sec Section, n int) {
	put16(w.buf, int(sec), get16(w.buf, int(sec))+n)
}

// At returns where the target stands in the response, given where its RRset was appended
// (Len before the Append).
func (t Target) At(appendedAt int) int { return appendedAt + t.at }
