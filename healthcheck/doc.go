// Package healthcheck probes targets and publishes what it finds as health words.
//
// The way of one flip, file by file: schedule.go (what is due) → checker.go (a
// worker probes it) → prober.go with one file per kind (http.go, tcp.go) →
// machine.go (rise and fall, a pure function) → group.go (the words of the
// endpoints that hang on the target) → the next query. verdicts.go tells the store
// afterwards.
//
//   - Target: what one probe goes to; comparable, equal targets are probed once.
//   - Group: an endpoint's targets of one family and how many of them must be up.
//   - Checker: Run probes; Acquire holds a group and gives its word; Release lets that
//     word go (hold.go).
//   - Prober: one attempt, from a target to a Result.
//
// Every method of Checker may be called from any goroutine. Words are written
// under the checker's one mutex and read by atomic loads, without it. A target
// is small (interned.go), and costs no goroutine and no timer while it is idle: there is one timer, and a
// goroutine per probe under way, of which there are at most Options.Workers.
//
// The package reads the clock of package time; tests run it in a synctest bubble.
package healthcheck
