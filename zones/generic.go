package zones

// RDATA to text, and the form for RDATA of any type (RFC 3597 section 5):
// \# LENGTH HEX.

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"meridian/wire"
)

// Data returns the RDATA of s in presentation form. Each text reads back to the same
// octets; where miekg/dns has no such text it is RFC 3597's \# form.
func (s RRset) Data() []string {
	texts := make([]string, len(s.RDATA))
	var reader rdataReader
	for i, rdata := range s.RDATA {
		texts[i] = reader.text(s.Type, rdata)
	}
	return texts
}

func (r *rdataReader) text(typ uint16, rdata []byte) string {
	generic := genericText(rdata)
	if typ == TypeALIAS {
		if a, err := ParseAlias(rdata); err == nil {
			return a.String()
		}
		return generic
	}
	rr, err := unpackRDATA(headerOf(typ, rdata), rdata)
	if err != nil {
		return generic
	}
	text, ok := strings.CutPrefix(rr.String(), rr.Header().String())
	if !ok {
		return generic
	}
	if isPlain(typ) {
		return text
	}
	if back, _, err := r.read(typ, lineWords(text), wire.Root); err != nil || !bytes.Equal(back, rdata) {
		return generic
	}
	return text
}

func genericText(rdata []byte) string {
	if len(rdata) == 0 {
		return `\# 0`
	}
	return fmt.Sprintf(`\# %d %X`, len(rdata), rdata)
}

// genericError is what is wrong with the generic form.
type genericError string

func (e genericError) Error() string { return string(e) }

// generic reads the form that begins with \#. RDATA of types that miekg/dns knows must
// be right for their type too, and are packed anew, which takes out any compression.
func (r *rdataReader) generic(typ uint16, words []word) (rdata []byte, at int, err error) {
	if len(words) == 1 {
		return nil, 0, genericError("is not complete")
	}
	size, err := strconv.ParseUint(words[1].text, 10, 16)
	if err != nil {
		return nil, 1, genericError("has no length from 0 to 65535")
	}
	var digits strings.Builder
	for _, w := range words[2:] {
		digits.WriteString(w.text)
	}
	rdata, err = hex.DecodeString(digits.String())
	switch {
	case err != nil:
		return nil, 2, genericError("has something in it that is not an even number of hex digits")
	case len(rdata) != int(size):
		return nil, 1, genericError(fmt.Sprintf("has %d octets, not %d", len(rdata), size))
	}
	switch rdata, err = r.packer.normal(typ, rdata); {
	case errors.Is(err, errNoRDATA):
		return nil, 1, err
	case err != nil:
		return nil, 2, genericError("does not hold what the type takes")
	}
	return rdata, 0, nil
}
