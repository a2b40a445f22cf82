package api

// Records on their way: text or wire form to RRsets, and back.

import (
	"fmt"
	"strings"

	"meridian/config"
	"meridian/wire"
	"meridian/zones"
)

// Contents reads the records as the contents of a zone, with all that is wrong with
// them one by one. What is wrong with the zone as a whole its Validate says.
func (r Records) Contents(zone wire.Name) (*zones.Contents, config.Problems) {
	c := zones.NewContents(zone)
	var checker zones.Checker
	var problems config.Problems
	for _, wanted := range r.RRsets {
		at := zones.Position{File: wanted.File, Line: wanted.Line, Column: wanted.Column}
		if at.File == "" {
			at.File = r.File
		}
		s, found := wanted.read(zone, &checker)
		if found.Err() == nil {
			if problem := c.Add(s, at, r.SkipOutOfZone); problem != nil {
				found = config.Problems{*problem}
			}
		}
		for _, p := range found {
			p.File, p.Line, p.Column = at.File, at.Line, at.Column
			problems = append(problems, p)
		}
	}
	return c, problems
}

// rrset reads one RRset: sorted and without doubles.
func (r RRset) rrset(zone wire.Name) (zones.RRset, config.Problems) {
	return r.read(zone, &zones.Checker{})
}

// read makes an RRset of what travelled; RDATA that came in wire form are known to be
// right then.
func (r RRset) read(zone wire.Name, checker *zones.Checker) (zones.RRset, config.Problems) {
	owner, typ, problems := ownerAndType(zone, r.Owner, r.Type)
	s := zones.RRset{Owner: owner, Type: typ, TTL: r.TTL, RDATA: r.RDATA}
	if problems != nil {
		return s, problems
	}
	for _, text := range r.Data {
		rdata, problem := parseData(owner, typ, min(r.TTL, zones.MaxTTL), text, zone)
		if problem != nil {
			problems = append(problems, *problem)
		}
		s.RDATA = append(s.RDATA, rdata...)
	}
	if problems != nil {
		return s, problems
	}
	s, problem := checker.Check(s)
	if problem != nil {
		return s, config.Problems{*problem}
	}
	return s, nil
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
