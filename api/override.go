package api

// How an operator's word changes an override. Drain and force are independent halves
// of one override, which has one reason and one expiry.

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"meridian/config"
	"meridian/control"
	"meridian/wire"
)

// key is what the word speaks of; what isn't there is not found.
func (u Use) key(state *control.State) (control.OverrideKey, error) {
	isRegion, isEndpoint := u.Region != "", u.Zone != "" || u.Owner != "" || u.Endpoint != ""
	switch {
	case isRegion == isEndpoint, isEndpoint && (u.Zone == "" || u.Owner == "" || u.Endpoint == ""):
		return control.OverrideKey{}, newError(http.StatusBadRequest, "an override speaks of a region, or of an endpoint by its zone, owner and endpoint: name one of them")
	case isRegion:
		if _, ok := state.Regions[u.Region]; !ok {
			return control.OverrideKey{}, newError(http.StatusNotFound, "there is no region %s", u.Region)
		}
		return control.OverrideKey{Region: u.Region}, nil
	}
	zone, bad := parseZone(u.Zone)
	if bad != nil {
		return control.OverrideKey{}, bad
	}
	owner, err := wire.RelativeName(u.Owner, zone)
	if err != nil {
		return control.OverrideKey{}, newError(http.StatusBadRequest, "the owner name %v", err)
	}
	key := control.OverrideKey{Zone: zone, Owner: owner.Canonical(), Endpoint: u.Endpoint}
	settings, ok := state.SteeredRecord(zone, key.Owner)
	if !ok {
		return key, newError(http.StatusNotFound, "there is no steered record %s in zone %s", key.Owner, zone)
	}
	if _, ok := settings.Endpoints[u.Endpoint]; !ok {
		return key, newError(http.StatusNotFound, "the steered record %s has no endpoint %s: it has %s", key.Owner, u.Endpoint, strings.Join(settings.EndpointNames(), ", "))
	}
	return key, nil
}

// check says what is wrong with a word.
func (r OverrideRequest) check(now time.Time) error {
	takes := r.Verb == VerbUndrain || r.Verb == VerbUnforce
	switch {
	case r.Share != nil && r.Verb != VerbDrain:
		return newError(http.StatusBadRequest, "%s takes no share: only drain does", r.Verb)
	case r.Share != nil && !(*r.Share > 0 && *r.Share <= 1):
		return newError(http.StatusBadRequest, "%g is no share of clients: write a number above 0, up to 1 (everyone)", *r.Share)
	case takes && !r.Expires.IsZero():
		return newError(http.StatusBadRequest, "%s takes back a word and can't expire", r.Verb)
	case !r.Expires.IsZero() && !r.Expires.After(now):
		return newError(http.StatusBadRequest, "the override would have expired already, at %s: give a time ahead", r.Expires.UTC().Format(time.RFC3339))
	}
	return nil
}

// over lays the word over the override that is there (the zero value for none) and
// returns what then is; notes say where that is more than was asked.
func (r OverrideRequest) over(old config.Override, subject, author string, now time.Time) (next config.Override, notes []string) {
	next = old
	other := false // the half that the verb leaves be is set
	switch r.Verb {
	case VerbUndrain:
		if next.Drain = 0; old.Drain == 0 {
			notes = append(notes, subject+" was not drained")
		}
		return next, notes
	case VerbUnforce:
		if next.Force = ""; old.Force == "" {
			notes = append(notes, subject+" was not forced")
		}
		return next, notes
	case VerbDrain:
		next.Drain, other = 1, old.Force != ""
		if r.Share != nil {
			next.Drain = *r.Share
		}
	case VerbForceUp:
		next.Force, other = config.ForceUp, old.Drain > 0
	case VerbForceDown:
		next.Force, other = config.ForceDown, old.Drain > 0
	}
	next.Reason, next.Author, next.Since, next.Expires = r.Reason, author, now, r.Expires
	if !other {
		return next, nil
	}
	if old.Reason != "" && old.Reason != r.Reason {
		next.Reason = strings.TrimSuffix(old.Reason+"; "+r.Reason, "; ")
	}
	// Neither half may end before its time: an outage would begin by itself.
	if next.Expires = later(old.Expires, r.Expires); !next.Expires.Equal(r.Expires) || !next.Expires.Equal(old.Expires) {
		notes = append(notes, fmt.Sprintf("drain and force of %s have one expiry, the later one: both last %s", subject, until(next.Expires)))
	}
	return next, notes
}

// later is the later of two expiries; zero is never.
func later(a, b time.Time) time.Time {
	if a.IsZero() || b.IsZero() {
		return time.Time{}
	}
	if a.After(b) {
		return a
	}
	return b
}

func until(t time.Time) string {
	if t.IsZero() {
		return "until they are taken back"
	}
	return "until " + t.UTC().Format(time.RFC3339)
}

// useOf is what an override's key speaks of, as it travels.
func useOf(key control.OverrideKey) Use {
	if key.Endpoint == "" {
		return Use{Region: key.Region}
	}
	return Use{Zone: key.Zone.String(), Owner: config.RelativeOwner(key.Zone, key.Owner), Endpoint: key.Endpoint}
}
