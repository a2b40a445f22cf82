// Package steering decides which endpoint a client gets.
//
// It is arithmetic on plain values: it knows no socket, no clock, no store and no
// message. The wire, `explain` and `simulate` all call the same Choose.
//
//   - Class: an order of regions and what a fence permits; the same for all clients
//     of a class-table entry. Table maps a client prefix to its Class and a scope.
//   - Topology compiles an operator's topology and projects the base table to Tables,
//     which may be kept (AppendFlat) and read again (ReadTable).
//   - Set: endpoints of one type, compiled, the same for all records that differ in
//     their addresses alone; Own is what one of these has of its own. Word, Switch and
//     Switches are what health and operators say, read by atomic loads.
//   - States: an instant of a record's words as plain values. Choose is a function of Set,
//     Class, granule and States, into which it reads what health it needs and isn't there.
//
// Tables, Sets and Classes are immutable and may be read by any goroutine. Words,
// Switch and Switches are written by one goroutine at a time and loaded by any.
package steering
