package main

// What is sent: plain queries, and one message in six that is odd in some way.

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/miekg/dns"

	"meridian/scripts/differ/corners"
)

// packet is a message to send.
type packet struct {
	corners.Question
	octets []byte
	tcp    bool
	edns   bool
	size   int    // of EDNS
	kind   string // "plain", or what is odd about it
	odd    bool   // it may be that no answer comes
}

func (p packet) String() string {
	over := "UDP"
	if p.tcp {
		over = "TCP"
	}
	s := fmt.Sprintf("%s %s over %s, %s", p.Name, dns.Type(p.Type), over, p.kind)
	if p.edns {
		s += fmt.Sprintf(", EDNS %d", p.size)
	}
	return fmt.Sprintf("%s: %x", s, p.octets)
}

// Header flags (RFC 1035 section 4.1.1, RFC 4035 section 3).
const (
	flagQR, flagAA, flagTC, flagRD, flagRA, flagZ, flagAD, flagCD = 1 << 15, 1 << 10, 1 << 9, 1 << 8, 1 << 7, 1 << 6, 1 << 5, 1 << 4

	flagDO = 1 << 15 // of EDNS (RFC 3225)
)

// draft is a message being made.
type draft struct {
	flags      int
	counts     [4]int
	question   []byte
	before     []byte // records in the answer section
	additional []byte
	tail       []byte
}

func (d draft) octets() []byte {
	b := binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(d.flags))
	for _, n := range d.counts {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	for _, part := range [][]byte{d.question, d.before, d.additional, d.tail} {
		b = append(b, part...)
	}
	return b
}

func newDraft(q corners.Question, class uint16) draft {
	name := make([]byte, 256)
	n, err := dns.PackDomainName(q.Name, name, 0, nil, false)
	if err != nil {
		panic("a question's name: " + q.Name + ": " + err.Error())
	}
	question := binary.BigEndian.AppendUint16(name[:n], q.Type)
	return draft{question: binary.BigEndian.AppendUint16(question, class), counts: [4]int{1}}
}

// opt is an OPT record.
func opt(size, version, flags int, options []byte) []byte {
	b := []byte{0, 0, 41, byte(size >> 8), byte(size), 0, byte(version), byte(flags >> 8), byte(flags)}
	b = binary.BigEndian.AppendUint16(b, uint16(len(options)))
	return append(b, options...)
}

func option(code int, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(code))
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

func (d *draft) addOPT(b []byte) {
	d.additional = append(d.additional, b...)
	d.counts[3]++
}

func plain(name string, typ uint16) packet {
	q := corners.Question{Name: name, Type: typ}
	return packet{Question: q, octets: newDraft(q, 1).octets(), kind: "plain"}
}

// newPacket draws a message about a question.
func newPacket(r *rand.Rand, q corners.Question) packet {
	if r.IntN(6) == 0 {
		return oddPacket(r, q)
	}
	p := packet{Question: q, kind: "plain", tcp: r.IntN(6) == 0, edns: r.IntN(3) > 0}
	d := newDraft(q, 1)
	for _, f := range []struct{ flag, outOf int }{{flagRD, 2}, {flagCD, 10}, {flagAD, 10}} {
		if r.IntN(f.outOf) == 0 {
			d.flags |= f.flag
		}
	}
	if p.edns {
		sizes := []int{512, 512, 600, 1232, 1232, 4096, 0, 65535}
		p.size = sizes[r.IntN(len(sizes))]
		d.addOPT(opt(p.size, 0, flagDO*(r.IntN(4)/3), nil))
	}
	p.octets = d.octets()
	return p
}

// record is an A record of the root that nobody asked for.
var record = []byte{0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1}

// oddities are what may be odd, each a change to a plain message or its octets.
var oddities = []struct {
	kind string
	make func(r *rand.Rand, q corners.Question, d *draft)
}{
	{"opcode", func(r *rand.Rand, _ corners.Question, d *draft) { d.flags |= (1 + r.IntN(15)) << 11 }},
	{"class", func(r *rand.Rand, q corners.Question, d *draft) {
		*d = newDraft(q, []uint16{0, 2, 3, 4, 254, 255, 65280}[r.IntN(7)])
	}},
	{"meta type", func(r *rand.Rand, q corners.Question, d *draft) {
		q.Type = []uint16{0, 41, 128, 249, 250, 251, 252, 253, 254, 46, 47, 48, 50, 65535}[r.IntN(14)]
		*d = newDraft(q, 1)
	}},
	{"header flags", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.flags |= []int{flagAA, flagTC, flagRA, flagZ, flagAA | flagTC | flagRA | flagZ}[r.IntN(5)]
	}},
	{"QR", func(_ *rand.Rand, _ corners.Question, d *draft) { d.flags |= flagQR }},
	{"response code", func(r *rand.Rand, _ corners.Question, d *draft) { d.flags |= 1 + r.IntN(15) }},
	{"EDNS version", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, []int{1, 2, 255}[r.IntN(3)], 0, [][]byte{nil, option(65001, 1)}[r.IntN(2)]))
	}},
	{"EDNS flags", func(r *rand.Rand, _ corners.Question, d *draft) { d.addOPT(opt(1232, 0, 1+r.IntN(0x7fff), nil)) }},
	{"EDNS unknown option", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, option(65001, make([]byte, r.IntN(40))...)))
	}},
	{"EDNS known options", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, [][]byte{option(3), option(10, 1, 2, 3, 4, 5, 6, 7, 8), option(12, 0, 0, 0), option(8, 0, 1, 24, 0, 192, 0, 2), option(14, 0, 0), option(15, 0, 0)}[r.IntN(6)]))
	}},
	{"EDNS malformed cookie", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, option(10, make([]byte, []int{0, 1, 7, 9, 15, 41}[r.IntN(6)])...)))
	}},
	{"EDNS malformed client subnet", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, option(8, [][]byte{{}, {0, 1}, {0, 1, 33, 0, 1, 2, 3, 4, 5}, {0, 1, 24, 0, 1, 2}, {0, 1, 24, 0, 1, 2, 3, 4}, {0, 1, 20, 0, 1, 2, 255}, {0, 3, 8, 0, 1}, {0, 1, 24, 24, 1, 2, 3}}[r.IntN(8)]...)))
	}},
	{"EDNS option too long", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, []byte{0xfd, 0xe9, 0, 9, 1}))
	}},
	{"EDNS option cut", func(_ *rand.Rand, _ corners.Question, d *draft) { d.addOPT(opt(1232, 0, 0, []byte{0, 3, 0})) }},
	{"EDNS RDATA beyond the end", func(_ *rand.Rand, _ corners.Question, d *draft) {
		b := opt(1232, 0, 0, nil)
		b[len(b)-1] = 9
		d.addOPT(b)
	}},
	{"two OPT", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, nil))
		d.addOPT(opt(1232, 0, 0, nil))
	}},
	{"OPT with a name", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(append([]byte{1, 'a'}, opt(1232, 0, 0, nil)...))
	}},
	{"OPT as answer", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.before, d.counts[1] = opt(1232, 0, 0, nil), 1
	}},
	{"an answer", func(_ *rand.Rand, _ corners.Question, d *draft) { d.before, d.counts[1] = record, 1 }},
	{"an authority", func(_ *rand.Rand, _ corners.Question, d *draft) { d.before, d.counts[2] = record, 1 }},
	{"an additional", func(_ *rand.Rand, _ corners.Question, d *draft) { d.addOPT(record) }},
	{"an additional and OPT", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(record)
		d.addOPT(opt(1232, 0, 0, nil))
	}},
	{"OPT and an additional", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.addOPT(opt(1232, 0, 0, nil))
		d.addOPT(record)
	}},
	{"octets behind", func(r *rand.Rand, _ corners.Question, d *draft) { d.tail = make([]byte, 1+r.IntN(20)) }},
	{"no question", func(_ *rand.Rand, _ corners.Question, d *draft) { d.question, d.counts[0] = nil, 0 }},
	{"no question and OPT", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.question, d.counts[0] = nil, 0
		d.addOPT(opt(1232, 0, 0, nil))
	}},
	{"two questions", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.question, d.counts[0] = append(d.question, d.question...), 2
	}},
	{"counts too high", func(r *rand.Rand, _ corners.Question, d *draft) { d.counts[r.IntN(4)] += 1 + r.IntN(3) }},
	{"cut", func(r *rand.Rand, _ corners.Question, d *draft) { d.question = d.question[:r.IntN(len(d.question))] }},
	{"pointer as the name", func(_ *rand.Rand, _ corners.Question, d *draft) {
		d.question = []byte{0xc0, 12, 0, 1, 0, 1}
	}},
	{"label of a reserved kind", func(r *rand.Rand, _ corners.Question, d *draft) {
		d.question[0] = []byte{0x40, 0x41, 0x80}[r.IntN(3)]
	}},
}

// oddPacket is a plain query but for one oddity.
func oddPacket(r *rand.Rand, q corners.Question) packet {
	o := oddities[r.IntN(len(oddities))]
	d := newDraft(q, 1)
	d.flags |= flagRD * r.IntN(2)
	o.make(r, q, &d)
	return packet{Question: q, kind: o.kind, octets: d.octets(), odd: true}
}
