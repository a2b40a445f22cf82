package api

// Operations on static records.

import (
	"context"
	"net/http"

	"meridian/control"
	"meridian/view"
	"meridian/wire"
	"meridian/zones"
)

// RRsetPath is the path of operations on one RRset.
type RRsetPath struct {
	ZonePath
	Owner string `path:"owner" doc:"relative to the zone unless it ends in a dot; @ is the apex"`
	Type  string `path:"type" doc:"such as A, MX or TYPE65280"`
}

func (s *server) addRecords(api operations) {
	add(api, operation("list-records", http.MethodGet, "/zones/{zone}/records", "List static RRsets in canonical order"), s.listRecords)
	add(api, operation("set-records", http.MethodPut, "/zones/{zone}/records/{owner}/{type}", "Set one RRset"), s.setRecords)
	add(api, operation("delete-records", http.MethodDelete, "/zones/{zone}/records/{owner}/{type}", "Delete one RRset"), s.deleteRecords)
}

func (s *server) listRecords(_ context.Context, in *struct {
	ZonePath
	Which
}) ([]RRset, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return nil, err
	}
	var typ uint16
	if in.Type != "" {
		if typ, err = zones.ParseType(in.Type); err != nil {
			return nil, newError(http.StatusBadRequest, "%v", err)
		}
	}
	contents := zones.NewContents(z.Name)
	if in.Owner == "" {
		for n := range z.Nodes() {
			putSets(contents, n, typ)
		}
	} else {
		owner, err := wire.RelativeName(in.Owner, z.Name)
		if err != nil {
			return nil, newError(http.StatusBadRequest, "the owner name %v", err)
		}
		putSets(contents, z.Node(owner.Canonical()), typ)
	}
	list := make([]RRset, 0, contents.Len())
	for set := range contents.All() {
		list = append(list, wireRRset(set, in.RDATA))
	}
	return list, nil
}

// putSets collects a node's RRsets, of one type or (0) all.
func putSets(c *zones.Contents, n view.Node, typ uint16) {
	for set := range n.Sets() {
		if typ == 0 || set.Type() == typ {
			c.Put(zones.RRset{Owner: n.Name(), Type: set.Type(), TTL: set.TTL(), RDATA: set.RDATA(c.Name)})
		}
	}
}

func (s *server) setRecords(ctx context.Context, in *struct {
	Terms
	RRsetPath
	Body RRsetData
}) (Outcome, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return Outcome{}, err
	}
	set, problems := RRset{Owner: in.Owner, Type: in.Type, TTL: in.Body.TTL, Data: in.Body.Data}.rrset(z.Name)
	if err := problems.Err(); err != nil {
		return Outcome{}, err
	}
	var change control.Change
	change.Zone(z.Name).RRsets = []zones.RRset{set}
	return commit(ctx, s.Control, in.Terms, change)
}

func (s *server) deleteRecords(ctx context.Context, in *struct {
	Terms
	RRsetPath
}) (Outcome, error) {
	z, err := s.zone(in.Zone)
	if err != nil {
		return Outcome{}, err
	}
	owner, typ, problems := ownerAndType(z.Name, in.Owner, in.Type)
	if err := problems.Err(); err != nil {
		return Outcome{}, err
	}
	if n := z.Node(owner.Canonical()); n.Set(typ).IsZero() {
		return Outcome{}, newError(http.StatusNotFound, "there is no static RRset %s %s", owner, zones.TypeName(typ))
	}
	var change control.Change
	change.Zone(z.Name).RRsets = []zones.RRset{{Owner: owner, Type: typ}}
	return commit(ctx, s.Control, in.Terms, change)
}
