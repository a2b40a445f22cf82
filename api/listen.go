package api

// Where the API is listened for, and who may come in: whoever may enter the socket's
// folder, or whoever has the token and is on this machine.

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// Listener is an address on which the API may be served.
type Listener struct {
	net.Listener
	addr  string
	token string
}

// Listen opens unix:PATH or ADDR:PORT. A socket's folder is made (0700) where it is
// missing and refused where others may enter it. A TCP address is refused unless it is
// loopback and there is a token, which every request then needs.
func Listen(ctx context.Context, addr, token string) (*Listener, error) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		ln, err := listenUnix(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("opening the admin socket %s: %w", path, err)
		}
		return &Listener{Listener: ln, addr: addr}, nil
	}
	ap, err := netip.ParseAddrPort(addr)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the admin address %q is neither unix:PATH nor ADDR:PORT", addr)
	case !ap.Addr().Unmap().IsLoopback():
		return nil, fmt.Errorf("the admin address %s is not loopback: use 127.0.0.1, [::1] or unix:PATH, and a proxy of your own where others must reach it", addr)
	case token == "":
		return nil, fmt.Errorf("the admin address %s needs a token, since everybody on this machine can reach it: give --admin-token-file, or use unix:PATH", addr)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ap.String())
	if err != nil {
		return nil, fmt.Errorf("opening the admin address %s: %w", addr, err)
	}
	return &Listener{Listener: ln, addr: ln.Addr().String(), token: token}, nil
}

// Server is the address as a client names it; a port that was 0 is the one that was
// given.
func (l *Listener) Server() string { return l.addr }

// How long things may take. A commit of a large import takes its time; bodies have
// deadlines of their own, by operation.
const (
	headerTimeout   = 10 * time.Second
	writeTimeout    = 15 * time.Minute
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 5 * time.Second
	maxHeaderBytes  = 64 << 10
)

// Serve answers until ctx ends; requests under way have a few seconds to be finished.
// A socket is removed at the end.
func (l *Listener) Serve(ctx context.Context, handler http.Handler, logger *slog.Logger) error {
	if l.token != "" {
		handler = withToken(handler, l.token)
	}
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l.Listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving the admin API on %s: %w", l.addr, err)
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(within); err != nil {
		srv.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the admin API on %s: %w", l.addr, err)
	}
	return nil
}

// withToken lets in whoever has the token. Hashes are compared, so that the time it
// takes says nothing of the token, its length included.
func withToken(next http.Handler, token string) http.Handler {
	want := sha256.Sum256([]byte("Bearer " + token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="meridian"`)
			writeError(w, newError(http.StatusUnauthorized, "the admin token is missing or wrong: give the one that the server was started with"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// writeError answers a request that no operation took.
func writeError(w http.ResponseWriter, e *Error) {
	w.Header().Set("Content-Type", e.ContentType(""))
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(e) // nobody is left to tell
}
