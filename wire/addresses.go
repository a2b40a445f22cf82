package wire

// The A and AAAA records of a steered answer. All but their addresses is the same for
// many names, so that nothing but addresses is kept for each, and a query puts both
// together.

import "math/bits"

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
	size, n := 4, len(a.Octets)/4
	if a.Type == TypeAAAA {
		size, n = 16, len(a.Octets)/16
	}
	if all := uint16(1)<<n - 1; skip&all == all {
		skip = 0
	}
	count := n - bits.OnesCount16(skip&(1<<n-1))
	if w.n+count*(rdataAt+size) > w.limit || ownerAt > MaxPointer {
		return false
	}
	w.count(Answer, count)
	head := [rdataAt]byte{
		pointerOf>>8 | byte(ownerAt>>8), byte(ownerAt), byte(a.Type >> 8), byte(a.Type), 0, byte(ClassIN),
		byte(a.TTL >> 24), byte(a.TTL >> 16), byte(a.TTL >> 8), byte(a.TTL), 0, byte(size),
	}
	for i := range n {
		if skip>>i&1 != 0 {
			continue
		}
		b := w.buf[w.n:][:rdataAt+size]
		copy(b[:rdataAt], head[:])
		if size == 4 { // each length a constant: no call
			copy(b[rdataAt:rdataAt+4], a.Octets[i*4:i*4+4])
		} else {
			copy(b[rdataAt:rdataAt+16], a.Octets[i*16:i*16+16])
		}
		w.n += len(b)
	}
	return true
}
