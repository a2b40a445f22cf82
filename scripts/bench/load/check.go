package load

// Reading a response, as little of it as says whether it is right.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/miekg/dns"
)

var (
	errShort    = errors.New("the response ends too early")
	errSubnet   = errors.New("the response has no client subnet, or not the query's")
	errQuestion = errors.New("the question isn't the query's")
)

// checkQuestion looks at the header and the question, which must be the query's octets.
func checkQuestion(r, question []byte) error {
	switch {
	case len(r) < headerLen+len(question):
		return errShort
	case r[2]&0x80 == 0:
		return errors.New("QR isn't set")
	case r[3]&0x0f != 0:
		return fmt.Errorf("the response code is %s", dns.RcodeToString[int(r[3]&0x0f)])
	case binary.BigEndian.Uint16(r[4:]) != 1 || !bytes.Equal(r[headerLen:headerLen+len(question)], question):
		return errQuestion
	}
	return nil
}

// firstAddress is the address of the first record, which must be an A record of the
// answer section, and where the next record begins.
func firstAddress(r []byte, questionLen int) (a [4]byte, next int, err error) {
	if binary.BigEndian.Uint16(r[6:]) == 0 {
		return a, 0, errors.New("there is no answer")
	}
	rr, next, err := record(r, headerLen+questionLen)
	switch {
	case err != nil:
		return a, 0, err
	case rr.kind != dns.TypeA || len(rr.data) != 4:
		return a, 0, fmt.Errorf("the answer is of type %d with %d octets", rr.kind, len(rr.data))
	}
	return [4]byte(rr.data), next, nil
}

// checkSubnet looks for the client subnet option (RFC 7871 section 7.2.1: family, source
// prefix length and address as in the query, and a scope) in the records from next on.
func checkSubnet(r []byte, next int, query []byte) error {
	left := int(binary.BigEndian.Uint16(r[6:])) - 1 + int(binary.BigEndian.Uint16(r[8:])) + int(binary.BigEndian.Uint16(r[10:]))
	for range left {
		rr, after, err := record(r, next)
		if err != nil {
			return err
		}
		if rr.kind == dns.TypeOPT {
			return checkOption(rr.data, query)
		}
		next = after
	}
	return errSubnet
}

func checkOption(options, query []byte) error {
	const scope = 7 // offset of the scope in the option, its head included
	wanted := query[:4+binary.BigEndian.Uint16(query[2:])]
	for len(options) >= 4 {
		n := 4 + int(binary.BigEndian.Uint16(options[2:]))
		if n > len(options) {
			return errShort
		}
		if binary.BigEndian.Uint16(options) == dns.EDNS0SUBNET {
			if n == len(wanted) && bytes.Equal(options[:scope], wanted[:scope]) && bytes.Equal(options[scope+1:n], wanted[scope+1:]) {
				return nil
			}
			return errSubnet
		}
		options = options[n:]
	}
	return errSubnet
}

type rr struct {
	kind uint16
	data []byte
}

// record reads the record at an offset.
func record(r []byte, at int) (rr, int, error) {
	for at < len(r) && r[at] != 0 && r[at] < 0xc0 {
		at += 1 + int(r[at])
	}
	switch {
	case at >= len(r):
		return rr{}, 0, errShort
	case r[at] == 0:
		at++
	default:
		at += 2
	}
	if at+10 > len(r) {
		return rr{}, 0, errShort
	}
	end := at + 10 + int(binary.BigEndian.Uint16(r[at+8:]))
	if end > len(r) {
		return rr{}, 0, errShort
	}
	return rr{binary.BigEndian.Uint16(r[at:]), r[at+10 : end]}, end, nil
}
