package demo

// A region's application: a small HTTP server that says which region it is.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// ServeRegion serves a region's application until ctx ends or parent (the child's
// standard input) does. Once it listens, it writes a line to ready.
func ServeRegion(ctx context.Context, r Region, parent io.Reader, ready io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		io.Copy(io.Discard, parent)
		cancel()
	}()
	addr := netip.AddrPortFrom(r.Addr, Port).String()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%s can't listen on %s: %w", r.Name, addr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "hello from %s\n", r.Name) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(ready, "listening on", addr)
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("%s: serving: %w", r.Name, err)
	}
	return nil
}
