// Package steering decides which endpoint a client gets.
//
// It is arithmetic on plain values: it knows no socket, no clock, no store and no
// message. The wire, `explain` and `simulate` all call the same Choose.
//
//   - Class: an order of regions and what a fence permits; the same for all clients
//     of a class-table entry. Table maps a client prefix to its Class and a scope.
//   - Topology compiles an operator's topology and projects the base table to Tables,
//     which may be kept (AppendFlat) and read again (ReadTable).
//   - Set: a steered record's endpoints of one type, compiled; Word and Switch are
//     what health and operators say, read in one atomic load each.
//   - States: an instant of a Set's words as plain values; Choose is a pure function
//     of Set, Class, granule and States.
//
// Tables, Sets and Classes are immutable and may be read by any goroutine. Words and
// Switches are written by one goroutine at a time and loaded by any.
package steering
