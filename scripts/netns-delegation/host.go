package main

// A host: a shell in namespaces of its own, with a cable to the hub. It ends, with all
// that it started, when its input does, so that a killed run leaves nothing behind.

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// commandTime bounds each command on a host.
const commandTime = 90 * time.Second

type host struct {
	name  string
	addrs []string
	shell *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
}

// private are folders of the machine in whose place a host has empty ones: what servers
// write, and where they are configured. Its work is done in /mnt.
var private = []string{"/run", "/mnt", "/var/lib", "/var/log", "/etc/nsd", "/etc/unbound"}

// start starts a host without a cable; programs in bin come before the machine's own.
func start(name, bin string, addrs ...string) (*host, error) {
	h := &host{name: name, addrs: addrs, shell: exec.Command("bash", "--noprofile", "--norc")}
	h.shell.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS}
	h.shell.Env = []string{"PATH=" + bin + ":/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/mnt", "TZ=UTC", "LC_ALL=C.UTF-8"}
	var err error
	if h.in, err = h.shell.StdinPipe(); err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	h.shell.Stdout, h.shell.Stderr, h.out = w, w, bufio.NewReader(r)
	if err := h.shell.Start(); err != nil {
		return nil, fmt.Errorf("starting the host %s: %w", name, err)
	}
	setUp := []string{"set -e", "mount --make-rprivate /", "mount -t proc proc /proc", "hostname " + name}
	for _, dir := range private {
		setUp = append(setUp, "mount -t tmpfs tmpfs "+dir)
	}
	setUp = append(setUp, "mkdir -p /etc/unbound/unbound.conf.d", "cd /mnt", "ip link set lo up", "set +e")
	_, err = h.must(strings.Join(setUp, "\n"))
	return h, err
}

// end ends the shell, and with it, as it is the first process of its namespace, all others.
func (h *host) end() {
	h.in.Close()
	h.shell.Process.Kill()
	h.shell.Wait()
}

// cable connects the host to the hub and gives it its addresses. All is on one link: the
// default route leads to everybody directly.
func (h *host) cable(hub *host) error {
	add := exec.Command("ip", "link", "add", "eth0", "netns", strconv.Itoa(h.shell.Process.Pid), "type", "veth",
		"peer", "name", h.name, "netns", strconv.Itoa(hub.shell.Process.Pid))
	if out, err := add.CombinedOutput(); err != nil {
		return fmt.Errorf("laying the cable of %s: %w: %s", h.name, err, out)
	}
	if _, err := hub.must(fmt.Sprintf("ip link set %s master lan up", h.name)); err != nil {
		return err
	}
	lines := []string{"set -e", "ip link set eth0 up"}
	for _, a := range h.addrs {
		if strings.Contains(a, ":") {
			lines = append(lines, "ip addr add "+a+"/128 dev eth0 nodad")
		} else {
			lines = append(lines, "ip addr add "+a+"/32 dev eth0")
		}
	}
	lines = append(lines, "ip route add default dev eth0", "ip -6 route add default dev eth0", "set +e")
	_, err := h.must(strings.Join(lines, "\n"))
	return err
}

// mark ends a command's output, with its exit code behind it.
const mark = "\x1e"

// run runs a command, of one or more lines, in the host's shell and returns what it said
// and its exit code.
func (h *host) run(command string) (said string, code int, err error) {
	late := time.AfterFunc(commandTime, func() { h.shell.Process.Kill(); h.in.Close(); h.shell.Stdout.(*io.PipeWriter).Close() })
	defer late.Stop()
	if _, err := fmt.Fprintf(h.in, "{ %s\n} </dev/null\nprintf '\\n%s%%d%s\\n' $?\n", command, mark, mark); err != nil {
		return "", 0, fmt.Errorf("%s is gone: %w", h.name, err)
	}
	var all strings.Builder
	for {
		line, err := h.out.ReadString('\n')
		if err != nil {
			return all.String(), 0, fmt.Errorf("%s ended, or took over %v, in: %s\n%s", h.name, commandTime, command, all.String())
		}
		if text, ok := strings.CutPrefix(line, mark); ok {
			code, err := strconv.Atoi(strings.TrimSuffix(text, mark+"\n"))
			return strings.TrimSuffix(all.String(), "\n"), code, err
		}
		all.WriteString(line)
	}
}

// must is run for commands that have to succeed.
func (h *host) must(command string) (string, error) {
	said, code, err := h.run(command)
	if err == nil && code != 0 {
		err = fmt.Errorf("on %s: exit code %d: %s\n%s", h.name, code, command, said)
	}
	return said, err
}

// write puts a file onto the host.
func (h *host) write(path, content string) error {
	if !filepath.IsAbs(path) {
		path = filepath.Join("/mnt", path)
	}
	inside := filepath.Join("/proc", strconv.Itoa(h.shell.Process.Pid), "root", path)
	if err := os.WriteFile(inside, []byte(content), 0o644); err != nil {
		return fmt.Errorf("writing %s on %s: %w", path, h.name, err)
	}
	return nil
}
