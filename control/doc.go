// Package control is the way of one change: whoever asks for it (CLI, API, a manifest
// at start, a timer), it is validated as a whole, committed as one revision, compiled
// into the view for what it touches only, and swapped in.
//
//		Change ──plan── next State + writes ──store.Commit── revision ──publish── view, words
//
//	  - Control: owns the state; Commit and Plan (a dry run) are the ways in.
//	  - Change: what is to be different; typed, however it came.
//	  - State: the immutable picture of all configuration at one revision.
//
// One goroutine, the writer (writer.go), turns changes into states: it takes all that
// wait, plans each on the one before, and commits them in one durable write. Class
// tables are made before that by whoever brings the change, so that a slow one holds
// up nobody else (tables.go), and kept on disk for the next start (tablecache.go). Everything exported may be used by any goroutine.
package control
