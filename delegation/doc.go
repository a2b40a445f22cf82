// Package delegation says what a zone's parent is to be given, and whether what stands
// between the root and the zone's servers works.
//
//   - Handover: the records for the parent, made from the zone's own.
//   - Check: asks as a resolver would, from the root or a given parent down to the
//     servers of the zone, and returns a Report.
//   - Exchanger: the way a question goes out and its reply comes back. Network is the
//     real one; with another one the whole check runs on invented networks.
//   - Finding: one thing that is wrong, where, and what to do about it.
//
// A check has two halves. The first observes: walk.go goes down to the parent,
// resolve.go finds addresses of name servers, probe.go asks each server, clientsubnet.go
// a resolver; all that they saw is in one value, observations (observe.go). The second
// half is a pure function of that value: judge.go lists the rules in their order, and
// judge_*.go has them.
//
// Nothing is trusted to end by itself: each referral must lead further down, each name
// that is being resolved is asked for once, and questions are counted (Options.Most). Time
// is bounded by the context, and one question by its Exchanger.
//
// A Report and its parts are values and belong to the caller. Check may be called from
// any number of goroutines; the Exchanger it is given is called from several at once.
package delegation
