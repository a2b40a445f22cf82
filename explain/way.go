package explain

// What stands at a name, in words.

import (
	"time"

	"meridian/dnsserver/answer"
	"meridian/wire"
)

func (x *explainer) way(s *answer.Step) string {
	switch s.Way {
	case answer.ByCNAME:
		return "a static CNAME to " + target(s, wire.TypeCNAME)
	case answer.ByDNAME:
		return "the name lies below a DNAME to " + target(s, wire.TypeDNAME)
	case answer.Growing:
		return "the name lies below a DNAME to " + target(s, wire.TypeDNAME) + ", which is below itself: the answer ends here"
	case answer.TooLong:
		return "the name lies below a DNAME to " + target(s, wire.TypeDNAME) + ", with which it is too long"
	case answer.ByALIAS:
		return "an ALIAS: the answer is what " + s.Node.Alias().Target.String() + " has"
	case answer.Outside:
		return x.outside(s)
	}
	return ways[s.Way]
}

// ways are the words of those that need no more of the step.
var ways = [...]string{
	answer.NoZone:    "no zone of this server contains the name",
	answer.NotLoaded: "the zone is configured and has no records",
	answer.Referral:  "the name lies at or below a zone cut: a referral",
	answer.NoName:    "the zone has no such name, and no wildcard stands for it",
	answer.NoData:    "the name exists and has no such type: NODATA",
	answer.Static:    "a static RRset",
	answer.Steered:   "a steered record",
	answer.Faulty:    "a steered record that can't be answered: a fence leaves some clients no region that has an endpoint",
	answer.Withheld:  "a steered record: the answer ends before it, as its scope would be that of another name; the resolver asks for it (RFC 7871 section 7.2.1)",
	answer.Passed:    "the chain was here before: the answer ends here",
	answer.TooMany:   "the answer follows no more links",
	answer.LeftZone:  "outside of the zone: the answer ends here, and the resolver asks for it",
}

// target is where a step's record leads.
func target(s *answer.Step, typ uint16) string { return s.Node.Set(typ).Target().Name.String() }

// outside is what an ALIAS to a name outside rests on.
func (x *explainer) outside(s *answer.Step) string {
	const outside = "outside of the zones here: "
	if s.Found == nil {
		return outside + "resolvers have found nothing yet"
	}
	words := outside + "what resolvers found"
	if s.Found.Set.IsZero() {
		words = outside + "resolvers found that it has no such type"
	}
	until := time.UnixMilli(s.Found.Until).UTC()
	if !x.now.After(until) {
		return words + ", good until " + until.Format(time.RFC3339)
	}
	words += ", good until " + until.Format(time.RFC3339) + " and the last that is known"
	if s.Found.NetworkError {
		words += ": no resolver was reached since"
	}
	return words
}
