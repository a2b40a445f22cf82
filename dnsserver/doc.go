// Package dnsserver is the sockets: it receives packets, has them answered and sends
// the answers from the address that was asked.
//
// It knows nothing of DNS but the length in front of a message on TCP; all else is
// dnsserver/answer, which knows nothing of sockets.
//
//   - Server: listens on addresses over UDP and TCP with a number of workers.
//   - conns: the open TCP connections, and which one gives way to a newcomer.
//   - seldom: log lines that clients can cause, few however many they cause.
//
// Each worker and address has a UDP socket of its own (SO_REUSEPORT), so that workers
// share nothing on the way of a query. How datagrams are received and sent differs by
// system: udp_linux.go, udp_other.go.
package dnsserver
