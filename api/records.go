package api

// Records on their way: text or wire form to RRsets, and back.

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"meridian/config"
	"meridian/wire"
	"meridian/zones"
)

// Contents reads the records as the contents of a zone, with all that is wrong with
// them one by one. What is wrong with the zone as a whole its Validate says.
func (r Records) Contents(zone wire.Name) (*zones.Contents, config.Problems) {
	c := zones.NewContents(zone)
	places := make(map[zones.Key]zones.Position, len(r.RRsets))
	var all []dns.RR
	var problems config.Problems
	for _, wanted := range r.RRsets {
		at := zones.Position{File: wanted.File, Line: wanted.Line, Column: wanted.Column}
		if at.File == "" {
			at.File = r.File
		}
		s, rrs, found := wanted.read(zone)
		_, double := places[s.Key()]
		switch {
		case found.Err() != nil:
		case !s.Owner.Canonical().IsSubdomainOf(c.Name):
			found = config.Problems{outOfZone(s.Owner, c.Name, r.SkipOutOfZone)}
		case double:
			found = config.Problems{{Message: fmt.Sprintf("%s is there more than once", s.Key()), Hint: "give all data of one name and type together"}}
		default:
			places[s.Key()] = at
			all = append(all, rrs...)
		}
		for _, p := range found {
			p.File, p.Line, p.Column = at.File, at.Line, at.Column
			problems = append(problems, p)
		}
	}
	sets, err := zones.FromRRs(all)
	if err != nil {
		problems = append(problems, config.Problem{File: r.File, Message: err.Error()})
	}
	for _, s := range sets {
		c.PutAt(s, places[s.Key()])
	}
	return c, problems
}

func outOfZone(owner, zone wire.Name, skip bool) config.Problem {
	p := config.Problem{Message: fmt.Sprintf("%s lies outside of the zone %s", owner, zone), Hint: "correct the name (a dot at its end?), or skip what is out of the zone"}
	if skip {
		p.Hint, p.Warning = "it is skipped", true
	}
	return p
}

// rrset reads one RRset: sorted and without doubles.
func (r RRset) rrset(zone wire.Name) (zones.RRset, config.Problems) {
	_, rrs, problems := r.read(zone)
	if problems != nil {
		return zones.RRset{}, problems
	}
	sets, err := zones.FromRRs(rrs)
	if err != nil {
		return zones.RRset{}, config.Problems{{Message: err.Error()}}
	}
	return sets[0], nil
}

// read makes records of what travelled, by which RDATA that came in wire form are
// known to be whole. The RRset is for its owner and type.
func (r RRset) read(zone wire.Name) (zones.RRset, []dns.RR, config.Problems) {
	owner, typ, problems := ownerAndType(zone, r.Owner, r.Type)
	s := zones.RRset{Owner: owner, Type: typ, TTL: r.TTL, RDATA: r.RDATA}
	if problems != nil {
		return s, nil, problems
	}
	if r.TTL > zones.MaxTTL {
		return s, nil, config.Problems{{Message: fmt.Sprintf("the TTL %d is over %d seconds (RFC 2181 section 8)", r.TTL, zones.MaxTTL), Hint: "give a smaller one"}}
	}
	for _, text := range r.Data {
		rdata, problem := parseData(owner, typ, r.TTL, text, zone)
		if problem != nil {
			problems = append(problems, *problem)
		}
		s.RDATA = append(s.RDATA, rdata...)
	}
	switch {
	case problems != nil:
		return s, nil, problems
	case len(s.RDATA) == 0:
		return s, nil, config.Problems{{Message: fmt.Sprintf("%s has no data", s.Key()), Hint: "give at least one"}}
	}
	rrs, err := s.RRs()
	if err != nil {
		message := fmt.Sprintf("%s: the RDATA in wire form are not those of its type", s.Key())
		return s, nil, config.Problems{{Message: message, Hint: "send them whole and uncompressed"}}
	}
	return s, rrs, nil
}

func ownerAndType(zone wire.Name, owner, typ string) (wire.Name, uint16, config.Problems) {
	name, err := wire.RelativeName(owner, zone)
	if err != nil {
		return "", 0, config.Problems{{Message: fmt.Sprintf("the owner name %v", err)}}
	}
	number, err := zones.ParseType(typ)
	if err != nil {
		return "", 0, config.Problems{{Message: err.Error(), Hint: "write a type such as A, MX or TYPE65280"}}
	}
	return name, number, nil
}

// parseData reads the RDATA of one record given as text.
func parseData(owner wire.Name, typ uint16, ttl uint32, text string, zone wire.Name) ([][]byte, *config.Problem) {
	name := zones.TypeName(typ)
	line := fmt.Sprintf("%s %d IN %s %s", owner, ttl, name, text)
	s, err := zones.ParseRecord(line, zone, ttl)
	if problems, ok := err.(config.Problems); ok {
		p := problems[0]
		p.Message = fmt.Sprintf("%s %s %q: %s", owner, name, text, p.Message)
		return nil, &p
	}
	return s.RDATA, nil
}

// wireRRset is an RRset as it travels, with its RDATA as text or in wire form.
func wireRRset(s zones.RRset, inWire bool) RRset {
	r := RRset{Owner: s.Owner.String(), Type: zones.TypeName(s.Type), TTL: s.TTL}
	if inWire {
		r.RDATA = s.RDATA
	} else {
		r.Data = s.Data()
	}
	return r
}

// parseZone reads a zone's name.
func parseZone(text string) (wire.Name, *Error) {
	name, err := wire.ParseName(strings.TrimSpace(text))
	if err != nil {
		return "", newError(400, "the zone name %v", err)
	}
	return name.Canonical(), nil
}
