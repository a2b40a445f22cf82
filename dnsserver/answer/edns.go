package answer

// What the response's OPT record says: cookie, the server's name, how long connections
// stay; and by the cookie, whether the client's address is forged.

import (
	"meridian/dnsserver/cookie"
	"meridian/wire"
)

// setOptions sets the options of the response, and returns whether a valid cookie shows
// that the client is where the packet says it is.
func (r *Responder) setOptions(verdict wire.Verdict) (known bool) {
	q := &r.query
	r.options = wire.Options{UDPSize: uint16(r.settings.UDPSize), ZoneVersion: q.WantsZoneVersion}
	if q.WantsNSID {
		r.options.NSID = r.settings.NSID
	}
	if q.WantsKeepalive && r.from.Over == TCP { // over UDP it is ignored (RFC 7828 section 3.3.1)
		r.options.Keepalive = r.settings.Keepalive
	}
	if agent := r.settings.ReportAgent; agent != "" && q.HasOPT && verdict == wire.Accept && !under(&q.Name, agent) {
		r.options.ReportAgent = agent
	}
	if q.Cookie.Present {
		return r.setCookie()
	}
	return false
}

// setCookie gives the client its cookie back with a server cookie: its own while that
// is recent, else a new one (RFC 9018 section 4.3).
func (r *Responder) setCookie() (known bool) {
	secrets := r.shared.cookies.Load()
	if secrets == nil {
		return false
	}
	c := &r.query.Cookie
	now := uint32(r.from.Now / 1000)
	known, recent := secrets.Check(c.Client, c.Server, r.from.Client, now)
	server := r.cookie[copy(r.cookie[:], c.Client):]
	if recent {
		copy(server, c.Server)
	} else {
		secrets.Make((*[cookie.Len]byte)(server), c.Client, r.from.Client, now)
	}
	r.options.Cookie = r.cookie[:]
	return known
}

// onlyCookie answers a query without a question: the client wants a server cookie, or
// to know whether the one that it has is still good (RFC 7873 section 5.4). Where no
// cookies are given it is malformed, as any query without a question.
func (r *Responder) onlyCookie() wire.Rcode {
	switch {
	case len(r.options.Cookie) == 0:
		return wire.FormErr
	case len(r.query.Cookie.Server) > 0 && !r.known:
		return wire.BadCookie
	}
	return wire.NoError
}

// under says whether a name is the agent's or below it: errors about the agent itself
// must not be reported to it (RFC 9567 section 8.2).
func under(name *wire.Suffixes, agent wire.Name) bool {
	for i := range name.Count() + 1 {
		if string(name.At(i)) == string(agent) {
			return true
		}
	}
	return false
}
