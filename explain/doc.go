// Package explain says why a question gets the answer it gets.
//
// It decides nothing itself: the answer comes from an answer.Responder as on the wire,
// and the steps from the same functions (view's Find, steering's Find, Load and Choose)
// on the same view.
//
//   - Explain: one question of one client, explained.
//   - Explanation: its parts, as values for JSON and as text for people.
package explain
