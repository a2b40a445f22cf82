package config

// The HTTPS record of a steered name: which protocols and port its endpoints speak.

// HTTPS makes a steered record of addresses have an HTTPS RRset too (RFC 9460), whose
// hints are the chosen endpoint's addresses.
type HTTPS struct {
	ALPN []string `yaml:"alpn,omitempty" json:"alpn,omitempty"` // protocols in order of preference, as in [h3, h2]
	Port uint16   `yaml:"port,omitempty" json:"port,omitempty"` // default: the URL's own
}

// https checks the record's HTTPS settings.
func (v steeredValidator) https(h *HTTPS) {
	a := v.child("https")
	if v.record.HasNames() {
		a.add("give the endpoints addresses", "a record of names is a CNAME, beside which no HTTPS can stand")
	}
	seen := map[string]bool{}
	for _, protocol := range h.ALPN {
		switch {
		case len(protocol) == 0 || len(protocol) > 255:
			a.child("alpn").add("write IANA's ids, as in [h3, h2]", "%q is no protocol id: it has 1 to 255 octets", protocol)
		case seen[protocol]:
			a.child("alpn").add("name it once", "%q is there twice", protocol)
		}
		seen[protocol] = true
	}
}
