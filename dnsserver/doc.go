// Package dnsserver is the sockets: it receives packets, has them answered and sends
// the answers from the address that was asked.
//
// It knows nothing of DNS but the length in front of a message on TCP; all else is
// dnsserver/answer, which knows nothing of sockets.
//
//   - Server: listens on addresses over UDP and TCP with a number of workers.
//   - udpLoop: what serves one UDP socket, batch by batch.
//   - udpSocket: what it needs of a socket; the kinds are mmsgSocket (Linux) and
//     portableSocket (package net). Another way to packets is another kind.
//   - conns: the open TCP connections, and which one gives way to a newcomer.
//   - seldom: log lines that clients can cause, few however many they cause.
//
// Each worker and address has a UDP socket of its own (SO_REUSEPORT), so that workers
// share nothing on the way of a query. Such a worker is a goroutine that keeps its thread
// and, while there is work, makes system calls that the runtime isn't told of; they can't
// wait. See mmsg_linux.go.
package dnsserver
