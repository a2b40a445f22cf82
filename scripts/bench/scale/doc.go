// Package scale measures servers that have much to serve, or much to do while they answer.
//
// A million names, ten million, a hundred thousand zones: how long until they are answered,
// what memory they take, and when a change is seen (million.go, manyzones.go,
// tenmillion.go). A thousand changes a second: what they do to answers (collector.go). More
// queries than can be answered: what they do to health checks (flood.go).
//
//   - Stage: where and how a section is measured; every section is a function of it.
//   - contender: a server, the words of its configuration, and its way of a change.
//   - watch: asks until an answer is there.
//   - stamps: the kernel's times at which packets came to a server, and left it.
//   - endpoints: what is checked, which can be told to fail.
//   - world/: the names, zones and files, for the programs below too.
//   - change/: a program that changes names of a running meridian, one a revision.
//   - fill/: a program that fills a store with many names.
//
// Where peers of the other sections have one processor, servers here have all of them:
// nothing else runs, and loading is what more than one is for.
package scale
