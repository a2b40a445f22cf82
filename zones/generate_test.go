package zones

import "testing"

// TestNumberForms: what BIND 9 writes for a number (arpa's nibbles are its n).
func TestNumberForms(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int64
		want string
	}{
		{"host$", 7, "host7"}, {"$$-$", 7, `\$-7`}, {`\$$`, 7, `\$7`}, {"$.$", 7, "7.7"},
		{"${0}", 7, "7"}, {"${+5}", 7, "12"}, {"${-7}", 7, "0"},
		{"${0,3}", 7, "007"}, {"${0,3,d}", 12345, "12345"}, {"${0,0,o}", 8, "10"},
		{"${0,4,x}", 255, "00ff"}, {"${0,4,X}", 255, "00FF"}, {"${0,0,n}", 0, "0"},
		{"${0,0,n}", 0x1a, "a.1"}, {"${0,0,N}", 0x1a, "A.1"}, {"${0,5,n}", 0x1a, "a.1.0"}, {"${0,4,n}ip6", 0x1a, "a.1.ip6"},
	} {
		w, fault := word{text: test.text}.with(test.n)
		if fault != nil || w.text != test.want {
			t.Errorf("%s of %d is %q (%v), want %q", test.text, test.n, w.text, fault, test.want)
		}
	}
}
