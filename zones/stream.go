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
	var in receiver
	var found findings
	for {
		batch, err := readBatch(r)
		if err != nil {
			return nil, nil, fmt.Errorf("reading a zone's records: %w", err)
		}
		if len(batch) == 0 {
			return c, found.all(), nil
		}
		for in.open(batch); len(in.octets) > 0; {
			if !in.some(c, len(files)) {
				return nil, nil, errBadBatch
			}
			c.warm(in.hashes)
			for i, p := range in.placed {
				if problem := c.receive(&in.checker, p, in.hashes[i], skipOutOfZone); problem != nil {
					at := c.position(p.at)
					problem.File, problem.Line, problem.Column = at.File, at.Line, at.Column
					found.add(*problem)
				}
			}
		}
	}
}

// receive checks an RRset and takes it.
func (c *Contents) receive(checker *Checker, p placed, hash uint32, skipOutOfZone bool) *config.Problem {
	if !isDataType(p.Type) {
		return &config.Problem{Message: fmt.Sprintf("%s: type %d cannot stand in a zone", p.Owner, p.Type)}
	}
	s, problem := checker.Check(p.RRset)
	if problem == nil {
		problem = c.add(s, hash, p.at, skipOutOfZone)
	}
	return problem
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

// receiver reads the RRsets of batches. Their names and RDATA are parts of the batch.
type receiver struct {
	checker Checker
	octets  []byte
	text    string   // the same
	rdata   [][]byte // room for lists
	placed  []placed // the last that were read, with their owners' hashes
	hashes  []uint32
}

func (r *receiver) open(batch []byte) { r.octets, r.text = batch, string(batch) }

// some reads the next RRsets, whose positions are in so many files.
func (r *receiver) some(c *Contents, files int) (ok bool) {
	r.placed, r.hashes = r.placed[:0], r.hashes[:0]
	for len(r.octets) > 0 && len(r.placed) < warmAtOnce {
		p, ok := r.next()
		if !ok || p.at.line > 0 && int(p.at.file) >= files {
			return false
		}
		r.placed, r.hashes = append(r.placed, p), append(r.hashes, c.hash(p.Owner.Canonical()))
	}
	return true
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
