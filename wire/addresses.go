package wire

// The A and AAAA records of a steered answer. All but their addresses is the same for
// many names, so that nothing but addresses is kept for each, and a query puts both
// together.

// Addresses are records of type A or AAAA.
type Addresses struct {
	Type   uint16
	TTL    uint32 // seconds
	Octets string // one address behind the other
}

// AppendAddresses adds to the answer the records of the owner name at ownerAt, without
// those whose bit in skip is set (the first is bit 0; there are at most 16). Where every
// record would be skipped, none is. It returns false, and writes nothing, where they don't
// all fit.
func (w *Writer) AppendAddresses(a Addresses, skip uint16, ownerAt int) bool {
	size := 4
	if a.Type == TypeAAAA {
		size = 16
	}
	n := len(a.Octets) / size
	if all := uint16(1)<<n - 1; skip&all == all {
		skip = 0
	}
	at := w.n
	if ownerAt > MaxPointer {
		return false
	}
	for i := range n {
		if skip>>i&1 != 0 {
			continue
		}
		if at+rdataAt+size > w.limit {
			return false
		}
		b := w.buf[at : at+rdataAt+size]
		put16(b, 0, pointerOf|ownerAt)
		put16(b, ownerLen, int(a.Type))
		put16(b, ownerLen+2, int(ClassIN))
		put32(b, ttlAt, a.TTL)
		put16(b, lengthAt, size)
		copy(b[rdataAt:], a.Octets[i*size:])
		at += len(b)
	}
	w.count(Answer, (at-w.n)/(rdataAt+size))
	w.n = at
	return true
}
