package wire

// One name taken apart for look-ups: where each label starts, and a hash of every
// suffix, computed once.
//
//	 name   03 w w w 02 e u 07 e x a m p l e 00
//	 start  0        4      7                15
//	 suffix 0        1      2                3 = the root
//
// Suffix i is the name without its first i labels. Tables keyed by name are
// probed with Hash(i) and compared with At(i); nothing is allocated.

import (
	"crypto/rand"
	"math/bits"
)

// Suffixes is a canonical name with the starts and hashes of its suffixes. Its zero
// value is nothing; Set fills it and may be called again and again. One goroutine
// uses it at a time.
type Suffixes struct {
	name   [MaxNameLen]byte
	length int
	count  int
	starts [MaxLabels + 1]uint8
	hashes [MaxLabels + 1]uint64
}

// Set takes name apart. It must be a whole uncompressed name; its letters are
// turned to lower case in s's own copy.
func (s *Suffixes) Set(name []byte) {
	s.length = copy(s.name[:], name)
	s.count = 0
	for i := 0; s.name[i] != 0; {
		s.starts[s.count] = uint8(i)
		s.count++
		end := i + 1 + int(s.name[i])
		lowerASCII(s.name[i+1 : end])
		i = end
	}
	s.starts[s.count] = uint8(s.length - 1)
	h := uint64(rootHash)
	s.hashes[s.count] = h
	for i := s.count - 1; i >= 0; i-- {
		h = hashLabel(h, s.name[s.starts[i]:s.starts[i+1]])
		s.hashes[i] = h
	}
}

// SetName is Set for a Name.
func (s *Suffixes) SetName(n Name) {
	var buf [MaxNameLen]byte
	s.Set(buf[:copy(buf[:], n)])
}

// Count is how many labels the name has, the root's not counted; suffix Count is the root.
func (s *Suffixes) Count() int { return s.count }

// Len is the whole name's length in octets.
func (s *Suffixes) Len() int { return s.length }

// At returns suffix i, valid until the next Set.
func (s *Suffixes) At(i int) []byte { return s.name[s.starts[i]:s.length] }

// Hash returns the hash of suffix i, the same as Name.Hash of that name.
func (s *Suffixes) Hash(i int) uint64 { return s.hashes[i] }

// Hash is the hash of a canonical name by which tables are probed. It is another in
// every process.
func (n Name) Hash() uint64 {
	h, _ := n.Hashes()
	return h
}

// Hashes are the hash of a canonical name and that of its parent; of the root 0.
func (n Name) Hashes() (own, parent uint64) {
	var starts [MaxLabels + 1]uint8
	count := 0
	for i := 0; n[i] != 0; i += int(n[i]) + 1 {
		starts[count] = uint8(i)
		count++
	}
	starts[count] = uint8(len(n) - 1)
	h := uint64(rootHash)
	for i := count - 1; i >= 0; i-- {
		parent, h = h, hashLabel(h, n[starts[i]:starts[i+1]])
	}
	return h, parent
}

// WildcardHash is the hash of the wildcard below the name that has the hash h.
func WildcardHash(h uint64) uint64 { return hashLabel(h, Wildcard) }

// Wildcard is the label of a wildcard (RFC 4592 section 2.1.1).
const Wildcard = "\x01*"

const rootHash = 0x9e3779b97f4a7c15

// mixA and mixB are this process's own: with numbers that everybody knows, names could be
// written by hand that all have one hash, and a table of them would be a list.
var mixA, mixB = secret(), secret()

func secret() uint64 {
	var b [8]byte
	rand.Read(b[:]) // it never fails
	return load64(b[:])
}

// hashLabel extends the hash of a name by one more label in front (its length
// octet included), eight octets at a time.
func hashLabel[T ~string | ~[]byte](h uint64, label T) uint64 {
	for len(label) > 8 {
		h = mix(h^mixA, load64(label)^mixB)
		label = label[8:]
	}
	var tail uint64
	for i := range len(label) {
		tail |= uint64(label[i]) << (8 * i)
	}
	return mix(h^mixB, tail^mixA)
}

func load64[T ~string | ~[]byte](b T) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// mix folds the 128-bit product of two words: every bit of both reaches every bit
// of the result.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
