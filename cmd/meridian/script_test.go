package main

// Scripts in testdata/script drive the real binary. Beside testscript's own commands
// they have those of this file: a server, regions to send clients to, and waiting for
// what comes by itself.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds every wait: far longer than anything takes on a loaded machine.
const patience = time.Minute

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"meridian": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup:               setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serverCommand,
			"region": regionCommand,
			"await":  awaitCommand,
			"expand": expandCommand,
			"flood":  floodCommand,
			"metric": metricCommand,
			"code":   codeCommand,
		},
	})
}

// noExitSleep keeps programs under the race detector from sleeping a second at their end.
const noExitSleep = "atexit_sleep_ms=0"

// setUpScript gives a script ports of its own and the address of its server.
func setUpScript(env *testscript.Env) error {
	env.Setenv("MERIDIAN_SERVER", "unix:"+filepath.Join(env.WorkDir, "run", "admin.sock"))
	env.Setenv("REGION_PORT", strconv.Itoa(freePort()))
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", noExitSleep)
	env.Values[serverKey{}] = &scriptServer{}
	env.Values[regionsKey{}] = map[string]*http.Server{}
	env.Defer(func() {
		env.Values[serverKey{}].(*scriptServer).end(syscall.SIGKILL)
		for _, r := range env.Values[regionsKey{}].(map[string]*http.Server) {
			r.Close()
		}
	})
	return nil
}

type (
	serverKey  struct{}
	regionsKey struct{}
)

// freePort is a port that nobody listened on a moment ago.
func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// scriptServer is the server of one script.
type scriptServer struct {
	process *os.Process
	exited  chan error // gets what Wait said
}

// serverCommand is `server start [FLAG…]`, `server stop` (SIGTERM; it must end well),
// `server hup` (SIGHUP) and `server kill` (SIGKILL). A started server answers, on 127.0.0.1 and ::1 at $PORT, when
// the command returns. Its data folder is $WORK/data.
func serverCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(serverKey{}).(*scriptServer)
	switch {
	case neg || len(args) == 0:
		ts.Fatalf("usage: server start [FLAG…] | server hup | server stop | server kill")
	case args[0] == "start":
		s.start(ts, args[1:])
	case args[0] == "hup":
		ts.Check(s.process.Signal(syscall.SIGHUP))
	case args[0] == "stop":
		if err := s.end(syscall.SIGTERM); err != nil {
			ts.Fatalf("the server ended with %v", err)
		}
	case args[0] == "kill":
		s.end(syscall.SIGKILL)
	default:
		ts.Fatalf("there is no `server %s`", args[0])
	}
}

func (s *scriptServer) start(ts *testscript.TestScript, flags []string) {
	if s.process != nil {
		ts.Fatalf("the server runs already")
	}
	port := ts.Getenv("PORT")
	if port == "" {
		port = strconv.Itoa(freePort())
		ts.Setenv("PORT", port)
	}
	c := exec.Command(lookPath(ts, "meridian"), append([]string{
		"serve", "--data", ts.MkAbs("data"), "--admin", ts.Getenv("MERIDIAN_SERVER"), "--metrics", "127.0.0.1:0",
		"--listen", "127.0.0.1:" + port, "--listen", "[::1]:" + port, "--workers", "1",
	}, flags...)...)
	c.Dir, c.Env = ts.MkAbs("."), []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TZ=UTC", "GORACE=" + noExitSleep}
	log, err := c.StderrPipe()
	ts.Check(err)
	ts.Check(c.Start())
	s.process, s.exited = c.Process, make(chan error, 1)
	ready := make(chan string, 1)
	go func() {
		var all bytes.Buffer
		for lines := bufio.NewScanner(log); lines.Scan(); {
			fmt.Fprintln(&all, lines.Text())
			if strings.Contains(lines.Text(), "msg=ready") {
				select {
				case ready <- lines.Text():
				default:
				}
			}
		}
		err := c.Wait()
		if err != nil {
			err = fmt.Errorf("%w; it said:\n%s", err, all.String())
		}
		s.exited <- err
	}()
	select {
	case line := <-ready:
		ts.Setenv("METRICS", regexp.MustCompile(`metrics=(\S+)`).FindStringSubmatch(line)[1])
	case err := <-s.exited:
		s.process = nil
		ts.Fatalf("the server didn't start: %v", err)
	case <-time.After(patience):
		ts.Fatalf("the server isn't ready after %v", patience)
	}
}

// end ends the server, if it runs, and returns how it ended.
func (s *scriptServer) end(signal syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	s.process.Signal(signal)
	s.process = nil
	select {
	case err := <-s.exited:
		return err
	case <-time.After(patience):
		return errors.New("nothing: it runs on")
	}
}

// lookPath finds a program of the script's own PATH.
func lookPath(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
	}
	ts.Fatalf("there is no %s in PATH", name)
	return ""
}

// regionCommand is `region start ADDRESS` and `region stop ADDRESS`: a web server at
// ADDRESS and $REGION_PORT that a check finds up while it runs.
func regionCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: region start ADDRESS | region stop ADDRESS")
	}
	regions := ts.Value(regionsKey{}).(map[string]*http.Server)
	switch args[0] {
	case "start":
		l, err := net.Listen("tcp", net.JoinHostPort(args[1], ts.Getenv("REGION_PORT")))
		ts.Check(err)
		r := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, args[1]) })}
		regions[args[1]] = r
		go r.Serve(l)
	case "stop":
		regions[args[1]].Close()
		delete(regions, args[1])
	default:
		ts.Fatalf("there is no `region %s`", args[0])
	}
}

// awaitCommand is `await PATTERN COMMAND…`: it runs a command of meridian until its
// output matches. For what comes by itself (probes); what a command does is there when
// the command ends.
func awaitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN COMMAND…")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	meridian, deadline := lookPath(ts, "meridian"), time.Now().Add(patience)
	for {
		c := exec.Command(meridian, args[1:]...)
		c.Dir, c.Env = ts.MkAbs("."), []string{"MERIDIAN_SERVER=" + ts.Getenv("MERIDIAN_SERVER"), "HOME=" + ts.Getenv("HOME"), "GORACE=" + noExitSleep}
		out, err := c.CombinedOutput()
		if err == nil && pattern.Match(out) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s\nnever matched %q; at last (%v):\n%s", strings.Join(args[1:], " "), args[0], err, out)
		}
	}
}

// metricCommand is `metric PATTERN`: it waits until a line of /metrics matches.
func metricCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: metric PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	deadline := time.Now().Add(patience)
	for {
		r, err := http.Get("http://" + ts.Getenv("METRICS") + "/metrics")
		ts.Check(err)
		text, err := io.ReadAll(r.Body)
		r.Body.Close()
		ts.Check(err)
		if pattern.Match(text) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no metric ever matched %q; at last:\n%s", args[0], text)
		}
	}
}

// floodCommand is `flood N NAME`: it asks the server on 127.0.0.1 N times for A over UDP,
// and waits for no answer.
func floodCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flood N NAME")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	packet, err := new(dns.Msg).SetQuestion(args[1], dns.TypeA).Pack()
	ts.Check(err)
	c, err := net.Dial("udp", net.JoinHostPort("127.0.0.1", ts.Getenv("PORT")))
	ts.Check(err)
	defer c.Close()
	for range n {
		_, err := c.Write(packet)
		ts.Check(err)
	}
}

// expandCommand is `expand FILE…`: it puts the values of $NAME into files.
func expandCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand FILE…")
	}
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o644))
	}
}

// codeCommand is `code N COMMAND…`: the command of meridian must end with that exit code.
func codeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	err := ts.Exec(lookPath(ts, "meridian"), args[1:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("the exit code is %d, not %s", code, args[0])
	}
}
