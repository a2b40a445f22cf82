// Package explain says why a question gets the answer it gets.
//
// It decides nothing itself: an answer.Responder answers as on the wire and notes on the
// way what it decides; what is left to do here is to put that into words.
//
//   - Explain: one question of one client, explained.
//   - Explanation: its parts, as values for JSON and as text for people.
//
// By file: ask.go asks, way.go says what stands at a name, steering.go what a choice was
// made from.
package explain
