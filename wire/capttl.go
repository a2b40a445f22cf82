package wire

// TTLs of records that are in the response already.

// CapTTL lowers the TTLs of the records that were appended from a place in the message
// on (Len before their Append) to at most ttl.
func (w *Writer) CapTTL(from int, ttl uint32) {
	for at := from; at < w.n; at += recordLen(w.buf, at) {
		if has := uint32(get16(w.buf, at+ttlAt))<<16 | uint32(get16(w.buf, at+ttlAt+2)); has > ttl {
			put32(w.buf, at+ttlAt, ttl)
		}
	}
}
