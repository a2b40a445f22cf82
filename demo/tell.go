package demo

// How another process tells a running demo to kill or revive a region: HTTP on a unix
// socket in the demo's folder.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Verbs.
const (
	Kill   = "kill"
	Revive = "revive"
)

func socketIn(dir string) string { return filepath.Join(dir, "demo.sock") }

// Tell has the demo that runs in a folder kill or revive a region.
func Tell(ctx context.Context, dir, verb, region string) error {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socketIn(dir))
	}}, Timeout: 10 * time.Second}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://demo/"+verb+"/"+url.PathEscape(region), nil)
	if err != nil {
		return fmt.Errorf("asking the demo: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Errorf("no demo is running: start it with `meridian demo` in another terminal")
		}
		return fmt.Errorf("asking the demo: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
		return errors.New(strings.TrimSpace(string(body)))
	}
	return nil
}

// listenForTells serves Tell until ctx ends; act does what is told.
func listenForTells(ctx context.Context, dir string, act func(verb string, r Region) error) error {
	l, err := net.Listen("unix", socketIn(dir))
	if err != nil {
		return fmt.Errorf("opening the demo's socket: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{verb}/{region}", func(w http.ResponseWriter, req *http.Request) {
		r, err := FindRegion(req.PathValue("region"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		if err := act(req.PathValue("verb"), r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	go server.Serve(l)
	return nil
}

// FindRegion returns the demo's region of a name.
func FindRegion(name string) (Region, error) {
	var names []string
	for _, r := range Regions() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Region{}, fmt.Errorf("the demo has no region %q: its regions are %s", name, strings.Join(names, ", "))
}
