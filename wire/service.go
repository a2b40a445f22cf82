package wire

// The HTTPS record of a steered answer (RFC 9460), written with the addresses that are
// up as its hints.
//
//	priority 1 | target "." | alpn, port (encoded ahead) | ipv4hint | ipv6hint
//
// SvcParams stand in the order of their keys (section 2.2): 1 and 3 come before the
// hints, which are 4 and 6.

// TypeHTTPS is the service binding of HTTPS.
const TypeHTTPS uint16 = 65

const (
	keyALPN     = 1
	keyPort     = 3
	keyIPv4Hint = 4
	keyIPv6Hint = 6
)

// Service is one HTTPS record with what it may hint at, whose target is its owner.
type Service struct {
	TTL    uint32 // seconds
	Head   string // RDATA before the hints: what ServiceHead made
	V4, V6 string // addresses, one behind the other, at most 16 of each
}

// ServiceHead encodes what stands before the hints.
func ServiceHead(alpn []string, port uint16) string {
	head := []byte{0, 1, 0}
	if len(alpn) > 0 {
		var ids []byte
		for _, id := range alpn {
			ids = append(append(ids, byte(len(id))), id...)
		}
		head = append(head, 0, keyALPN, byte(len(ids)>>8), byte(len(ids)))
		head = append(head, ids...)
	}
	if port > 0 {
		head = append(head, 0, keyPort, 0, 2, byte(port>>8), byte(port))
	}
	return string(head)
}

// HintsV4 is how many IPv4 addresses the service may hint at.
func (s *Service) HintsV4() int { return len(s.V4) / 4 }

// AppendService adds the HTTPS record of the owner name at ownerAt, without the hints
// whose bit is set in skip4 and skip6 (the first address is bit 0). A family without
// hints is left out. False where it doesn't fit; then nothing is written.
func (w *Writer) AppendService(s *Service, ownerAt int, skip4, skip6 uint16) bool {
	at := w.n
	most := rdataAt + len(s.Head) + 4 + len(s.V4) + 4 + len(s.V6)
	if at+most > w.limit || ownerAt > MaxPointer {
		return false
	}
	put16(w.buf, at, pointerOf|ownerAt)
	put16(w.buf, at+ownerLen, int(TypeHTTPS))
	put16(w.buf, at+ownerLen+2, int(ClassIN))
	put32(w.buf, at+ttlAt, s.TTL)
	w.n = at + rdataAt + copy(w.buf[at+rdataAt:], s.Head)
	w.hints(keyIPv4Hint, s.V4, 4, skip4)
	w.hints(keyIPv6Hint, s.V6, 16, skip6)
	put16(w.buf, at+lengthAt, w.n-at-rdataAt)
	w.count(Answer, 1)
	return true
}

func (w *Writer) hints(key int, addresses string, size int, skip uint16) {
	begin := w.n
	w.n += 4
	for i := 0; i*size < len(addresses); i++ {
		if skip>>i&1 == 0 {
			w.n += copy(w.buf[w.n:], addresses[i*size:(i+1)*size])
		}
	}
	if w.n == begin+4 {
		w.n = begin
		return
	}
	put16(w.buf, begin, key)
	put16(w.buf, begin+2, w.n-begin-4)
}
