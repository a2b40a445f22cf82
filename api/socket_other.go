//go:build !unix

package api

// Systems without folders that keep others out have no admin socket.

import (
	"context"
	"errors"
	"net"
)

func listenUnix(context.Context, string) (net.Listener, error) {
	return nil, errors.New("this system has no admin sockets: use 127.0.0.1:PORT with --admin-token-file")
}
