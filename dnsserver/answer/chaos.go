package answer

// CHAOS: the server says of itself what it was told to say, and nothing else.

import (
	"meridian/dnsserver/ratelimit"
	"meridian/wire"
)

// chaos answers TXT questions in class CH that there is a setting for.
func (r *Responder) chaos() wire.Rcode {
	text, ok := r.settings.Chaos[wire.Name(r.query.Name.At(0))]
	if !ok || r.query.Type != wire.TypeTXT && r.query.Type != wire.TypeANY {
		return wire.Refused
	}
	r.about(ratelimit.Positive, r.query.Name.Hash(0))
	r.w.Authoritative()
	if !r.w.AppendChaos(text) {
		r.w.Truncate()
	}
	return wire.NoError
}
