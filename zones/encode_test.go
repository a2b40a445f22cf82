package zones

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"meridian/wire"
)

// sameAfterStoring requires that every RRset comes back from its store form.
func sameAfterStoring(t rapid.TB, c *Contents) {
	t.Helper()
	for s := range c.All() {
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back RRset
		if err := back.UnmarshalBinary(b); err != nil {
			t.Fatalf("%s: %v", s.Key(), err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	}
}

func TestStoreForm(t *testing.T) {
	s := RRset{Owner: wire.MustParseName("Www.example.com."), Type: 1, TTL: 300, RDATA: [][]byte{{192, 0, 2, 1}, {192, 0, 2, 2}}}
	b, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	want := "\x00\x01\x00\x00\x01\x2c\x03Www\x07example\x03com\x00\x04\xc0\x00\x02\x01\x04\xc0\x00\x02\x02"
	if string(b) != want {
		t.Errorf("got %q, want %q", b, want)
	}
	var back RRset
	if err := back.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] = 9 // what was read keeps no part of it
	if diff := cmp.Diff(s, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for n := range len(want) {
		if cut := []byte(want)[:n]; new(RRset).UnmarshalBinary(cut) == nil && n != len(want)-5 {
			t.Errorf("%q is cut short, and was read", cut)
		}
	}
}

// FuzzStoreForm reads any octets as an RRset; what it accepts is written as it was.
func FuzzStoreForm(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x01\x2c\x03www\x00\x04\xc0\x00\x02\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again RRset
		if s.UnmarshalBinary(b) != nil {
			return
		}
		out, err := s.MarshalBinary()
		if err != nil || len(out) > len(b) {
			t.Fatalf("%q became %q, %v", b, out, err)
		}
		if n, err := CountRecords(b); err != nil || n != len(s.RDATA) {
			t.Fatalf("%q has %d records, counted %d: %v", b, len(s.RDATA), n, err)
		}
		if err := again.UnmarshalBinary(out); err != nil || !cmp.Equal(s, again) {
			t.Fatalf("%v and %v: %v", s, again, err)
		}
		if b2, _ := again.MarshalBinary(); !bytes.Equal(out, b2) {
			t.Fatalf("%q and %q", out, b2)
		}
	})
}
