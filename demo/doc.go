// Package demo is the stage of `meridian demo`: regions that can be killed, clients of
// several continents that ask who would serve them, and a screen that shows it live.
//
// Regions are real child processes that serve HTTP on addresses of their own; the DNS
// server is the real one, given by the caller. Nothing is simulated but the clients'
// addresses, which go into the client subnet option of real queries.
//
//   - Run: the whole demo, until its context ends.
//   - ServeRegion: what a child process does.
//   - Tell: how another process kills or revives a region of a running demo.
//
// Each region's process ends when the pipe to its parent closes, so that none is left
// behind however the demo ends.
package demo
