package api_test

// Who may come in.

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meridian/api"
)

func notOpened(t *testing.T, addr, token, message string) {
	t.Helper()
	ln, err := api.Listen(t.Context(), addr, token)
	if err == nil {
		ln.Close()
		t.Fatalf("%s was opened, want: %s", addr, message)
	}
	if err.Error() != message {
		t.Errorf("the error is\n  %v\nwant\n  %s", err, message)
	}
}

func TestTCPNeedsLoopbackAndToken(t *testing.T) {
	notOpened(t, "0.0.0.0:0", "secret", "the admin address 0.0.0.0:0 is not loopback: use 127.0.0.1, [::1] or unix:PATH, and a proxy of your own where others must reach it")
	notOpened(t, "127.0.0.1:0", "", "the admin address 127.0.0.1:0 needs a token, since everybody on this machine can reach it: give --admin-token-file, or use unix:PATH")
	notOpened(t, "localhost:80", "secret", `the admin address "localhost:80" is neither unix:PATH nor ADDR:PORT`)
	notOpened(t, "unix:", "", "opening the admin socket : it has no path: write unix:PATH, as in unix:/run/meridian/admin.sock")
}

func TestTokenIsAskedFor(t *testing.T) {
	w := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	ln := listen(t, "127.0.0.1:0", "secret")
	served := make(chan error)
	go func() { served <- ln.Serve(ctx, api.NewHandler(w.deps), slog.New(slog.DiscardHandler)) }()
	for token, ok := range map[string]bool{"secret": true, "": false, "secre": false, "secret2": false} {
		client := dial(t, ln.Server(), token)
		_, err := client.Status(t.Context())
		client.Close()
		if ok && err != nil {
			t.Errorf("with the token: %v", err)
		}
		if !ok {
			refused(t, err, api.ErrUnauthorized, "the admin token is missing or wrong: give the one that the server was started with")
		}
	}
	resp, err := http.Get("http://" + ln.Server() + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("without a token the description answers %s", resp.Status)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestSocketFolder(t *testing.T) {
	base := socketFolder(t)
	folder := filepath.Join(base, "run", "meridian")
	path := filepath.Join(folder, "admin.sock")
	ln := listen(t, "unix:"+path, "")
	for name, mode := range map[string]os.FileMode{folder: 0o700 | os.ModeDir, path: 0o600 | os.ModeSocket} {
		if info, err := os.Lstat(name); err != nil || info.Mode() != mode {
			t.Errorf("%s is %v, %v, want %v", name, info.Mode(), err, mode)
		}
	}
	notOpened(t, "unix:"+path, "", "opening the admin socket "+path+": another process answers there: stop it, or choose another path")
	ln.Close()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the end the socket is still there: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	notOpened(t, "unix:"+path, "", "opening the admin socket "+path+": something else is there that is no socket: remove it, or choose another path")
	if err := os.Chmod(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	notOpened(t, "unix:"+path, "", "opening the admin socket "+path+": others may enter its folder "+folder+" (mode 0750): chmod 0700 it, or choose another")
	long := "/" + strings.Repeat("x", 103)
	notOpened(t, "unix:"+long, "", "opening the admin socket "+long+": its path is longer than the 103 octets that a socket address holds")
}

// A process that was killed leaves its socket behind.
func TestDeadSocketIsReplaced(t *testing.T) {
	path := filepath.Join(socketFolder(t), "admin.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	listen(t, "unix:"+path, "").Close()
}

func TestUnreachable(t *testing.T) {
	path := filepath.Join(socketFolder(t), "admin.sock")
	_, err := dial(t, "unix:"+path, "").Status(t.Context())
	refused(t, err, api.ErrUnreachable, "no meridian server answers at unix:"+path+": connect: no such file or directory (is meridian serve running? --server or MERIDIAN_SERVER says where)")
	for server, message := range map[string]string{
		"unix:":      `"unix:" names no socket: write unix:PATH, as in unix:/run/meridian/admin.sock`,
		"localhost":  `"localhost" is no server: write unix:PATH or ADDR:PORT, as in 127.0.0.1:8053`,
		"http://[::": `"http://[::" is no server: write unix:PATH or ADDR:PORT, as in 127.0.0.1:8053`,
	} {
		if _, err := api.NewClient(server, ""); err == nil || err.Error() != message {
			t.Errorf("the error is %v, want %s", err, message)
		}
	}
}

// A connection that breaks in the middle may have made its change.
func TestBrokenConnection(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			buf := make([]byte, 1)
			_, _ = conn.Read(buf)
			conn.Close()
		}
	}()
	_, err = dial(t, ln.Addr().String(), "x").Status(t.Context())
	if !errors.Is(err, api.ErrUnreachable) || !strings.HasSuffix(err.Error(), "(a change may have been made: look into its history)") {
		t.Errorf("the error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dial(t, ln.Addr().String(), "x").Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after an interruption the error is %v", err)
	}
}
