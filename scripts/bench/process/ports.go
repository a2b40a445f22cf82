package process

// Ports for the servers to listen on.

import (
	"errors"
	"fmt"
	"net"
)

// FreePort is a port of 127.0.0.1 that is free for UDP and TCP.
func FreePort() (uint16, error) {
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		u, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
		l.Close()
		if err == nil {
			u.Close()
			return uint16(port), nil
		}
	}
	return 0, errors.New("no port is free for both UDP and TCP")
}
