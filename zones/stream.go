package zones

// The form in which contents travel between our own processes: batches of RRsets in the
// order in which they were put, each with the position of its first record. Whoever gets
// them checks them as if anybody had sent them.
//
//	contents  how many RRsets   batch … batch
//	          uvarint
//
//	batch  length   RRset … RRset
//	       uvarint                      a length of 0 ends the contents
//
//	RRset  owner   type   TTL   file     line     column   records   each: length   RDATA
//	       (wire)  2      4     uvarint  uvarint  uvarint  uvarint         uvarint
//
// A file is its place in the list that travels beside them.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"meridian/config"
	"meridian/wire"
)

const (
	batchLen = 64 << 10
	// maxBatch is the longest RRset that there can be: 65,535 records of 64 KiB would be more
	// than any zone's files may have.
	maxBatch = maxBytes
)

// Files are the names of the files that positions are in.
func (c *Contents) Files() []string { return c.files }

// Send writes the RRsets, to be read by Receive.
func (c *Contents) Send(w io.Writer) error {
	if _, err := w.Write(binary.AppendUvarint(nil, uint64(c.count))); err != nil {
		return fmt.Errorf("sending a zone's records: %w", err)
	}
	batch := make([]byte, 0, batchLen+batchLen/2)
	for _, p := range c.sets.all() {
		if p.RDATA == nil {
			continue
		}
		if batch = p.appendTo(batch); len(batch) >= batchLen {
			if err := sendBatch(w, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if len(batch) > 0 {
		if err := sendBatch(w, batch); err != nil {
			return err
		}
	}
	return sendBatch(w, nil)
}

func sendBatch(w io.Writer, batch []byte) error {
	_, err := w.Write(binary.AppendUvarint(nil, uint64(len(batch))))
	if err == nil && len(batch) > 0 {
		_, err = w.Write(batch)
	}
	if err != nil {
		return fmt.Errorf("sending a zone's records: %w", err)
	}
	return nil
}

func (p *placed) appendTo(b []byte) []byte {
	b = append(b, p.Owner...)
	b = binary.BigEndian.AppendUint16(b, p.Type)
	b = binary.BigEndian.AppendUint32(b, p.TTL)
	b = binary.AppendUvarint(b, uint64(p.at.file))
	b = binary.AppendUvarint(b, uint64(p.at.line))
	b = binary.AppendUvarint(b, uint64(p.at.column))
	b = binary.AppendUvarint(b, uint64(len(p.RDATA)))
	for _, rdata := range p.RDATA {
		b = binary.AppendUvarint(b, uint64(len(rdata)))
		b = append(b, rdata...)
	}
	return b
}

// errBadBatch is returned for what Send didn't write.
var errBadBatch = errors.New("the records' octets make no sense: are they from another version of meridian?")

// Receive reads what Send wrote as the contents of a zone, with all that is wrong with
// RRsets one by one. What is wrong with the zone as a whole its Validate says. An error is
// about octets that aren't even RRsets, or of r.
func Receive(r *bufio.Reader, zone wire.Name, files []string, skipOutOfZone bool) (*Contents, config.Problems, error) {
	c := NewContents(zone)
	if len(files) > math.MaxUint16 {
		return nil, nil, errBadBatch
	}
	c.files = files
	count, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, nil, fmt.Errorf("reading a zone's records: %w", unexpected(err))
	}
	c.reserve(int(min(count, maxReserve)))
	var found findings
	in := newReceiver(c, r)
	go in.run()
	for some := range in.full {
		if some.err != nil {
			return nil, nil, fmt.Errorf("reading a zone's records: %w", some.err)
		}
		found.add(some.problems...)
		c.warm(some.hashes)
		for i, p := range some.sets {
			if problem := c.add(p.RRset, some.hashes[i], p.at, skipOutOfZone); problem != nil {
				found.add(c.position(p.at).locate(*problem))
			}
		}
		in.empty <- some
	}
	return c, found.all(), nil
}

// readBatch reads the next batch. Memory for it is taken as its octets come.
func readBatch(r *bufio.Reader) ([]byte, error) {
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, unexpected(err)
	}
	if size > maxBatch {
		return nil, errBadBatch
	}
	batch := make([]byte, min(size, 2*batchLen))
	for read := 0; ; {
		n, err := io.ReadFull(r, batch[read:])
		if err != nil {
			return nil, unexpected(err)
		}
		if read += n; uint64(read) == size {
			return batch, nil
		}
		batch = append(batch, make([]byte, min(size-uint64(read), uint64(read)))...)
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// receiver reads RRsets and checks each by itself, while somebody else enters those before.
type receiver struct {
	contents *Contents // of which only what doesn't change is used
	in       *bufio.Reader
	checker  Checker
	full     chan *received // closed at the end
	empty    chan *received

	octets []byte   // of the batch
	text   string   // the same: names are parts of one, RDATA of the other
	rdata  [][]byte // room for lists
}

// received are some RRsets, with their owners' hashes.
type received struct {
	sets     []placed
	hashes   []uint32
	problems config.Problems
	err      error // the last there is
}

func newReceiver(c *Contents, in *bufio.Reader) *receiver {
	r := &receiver{contents: c, in: in, full: make(chan *received, 2), empty: make(chan *received, 4)}
	for range cap(r.empty) - 1 {
		r.empty <- &received{}
	}
	return r
}

// run reads to the end of the contents.
func (r *receiver) run() {
	defer close(r.full)
	for {
		batch, err := readBatch(r.in)
		if err == nil && len(batch) == 0 {
			return
		}
		for r.octets, r.text = batch, string(batch); err == nil && len(r.octets) > 0; {
			some := <-r.empty
			err = r.some(some)
			r.full <- some
		}
		if err != nil {
			r.full <- &received{err: err}
			return
		}
	}
}

// some reads the next RRsets of the batch.
func (r *receiver) some(to *received) error {
	to.sets, to.hashes, to.problems = to.sets[:0], to.hashes[:0], nil
	for len(r.octets) > 0 && len(to.sets) < warmAtOnce {
		p, ok := r.next()
		if !ok || p.at.line > 0 && int(p.at.file) >= len(r.contents.files) {
			return errBadBatch
		}
		s, problem := r.check(p.RRset)
		if problem != nil {
			to.problems = append(to.problems, r.contents.position(p.at).locate(*problem))
			continue
		}
		p.RRset = s
		to.sets, to.hashes = append(to.sets, p), append(to.hashes, r.contents.hash(p.Owner.Canonical()))
	}
	return nil
}

func (r *receiver) check(s RRset) (RRset, *config.Problem) {
	if !isDataType(s.Type) {
		return s, &config.Problem{Message: fmt.Sprintf("%s: type %d cannot stand in a zone", s.Owner, s.Type)}
	}
	return r.checker.Check(s)
}

func (r *receiver) next() (p placed, ok bool) {
	end := nameEnd(r.text, 0)
	if end+6 > len(r.octets) {
		return p, false
	}
	p.Owner = wire.Name(r.text[:end])
	p.Type, p.TTL = binary.BigEndian.Uint16(r.octets[end:]), binary.BigEndian.Uint32(r.octets[end+2:])
	r.skip(end + 6)
	file, ok1 := r.number(math.MaxUint16)
	line, ok2 := r.number(math.MaxUint32)
	column, ok3 := r.number(math.MaxUint16)
	p.at = place{line: uint32(line), file: uint16(file), column: uint16(column)}
	count, ok4 := r.number(len(r.octets)) // each has an octet for its length
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return p, false
	}
	if cap(r.rdata)-len(r.rdata) < count {
		r.rdata = make([][]byte, 0, max(1024, count))
	}
	start := len(r.rdata)
	for range count {
		n, ok := r.number(len(r.octets))
		if !ok || n > len(r.octets) {
			return p, false
		}
		r.rdata = append(r.rdata, r.octets[:n:n])
		r.skip(n)
	}
	p.RDATA = r.rdata[start:len(r.rdata):len(r.rdata)]
	return p, true
}

func (r *receiver) skip(n int) { r.octets, r.text = r.octets[n:], r.text[n:] }

func (r *receiver) number(most int) (int, bool) {
	v, n := binary.Uvarint(r.octets)
	if n <= 0 || v > uint64(most) {
		return 0, false
	}
	r.skip(n)
	return int(v), true
}
