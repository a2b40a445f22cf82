// Netns-delegation builds a small internet of network namespaces, with root, TLD and
// parent on NSD, two meridian servers and unbound, all on port 53, and runs in it
// docs/delegate-a-subdomain.md word by word, `meridian delegation check` against planted
// faults, and zonemaster-cli.
//
//	go run ./scripts/netns-delegation [-update]
//
// It needs root, and installs Debian's packages of what is missing (nsd, unbound,
// zonemaster-cli …). It takes about a minute, touches nothing outside of its namespaces,
// and leaves nothing behind, however it ends.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// allTime bounds the whole run.
const allTime = 8 * time.Minute // with -update each new text takes half a minute

func main() {
	update := flag.Bool("update", false, "write what the guide's commands print into the guide")
	flag.Parse()
	time.AfterFunc(allTime, func() {
		fmt.Fprintf(os.Stderr, "netns-delegation: not through after %v\n", allTime)
		os.Exit(1) // hosts end when their input does
	})
	if err := run(*update); err != nil {
		fmt.Fprintln(os.Stderr, "netns-delegation:", err)
		os.Exit(1)
	}
	fmt.Println("netns-delegation: all as wanted")
}

func run(update bool) error {
	if os.Geteuid() != 0 {
		return errors.New("namespaces need root")
	}
	if err := install(); err != nil {
		return err
	}
	bin, err := os.MkdirTemp("", "netns-delegation-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	if err := os.Chmod(bin, 0o755); err != nil {
		return err
	}
	say("building meridian and the hosts")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "meridian"), "./cmd/meridian").CombinedOutput(); err != nil {
		return fmt.Errorf("building meridian: %w\n%s", err, out)
	}
	w, err := build(bin)
	defer w.end()
	if err != nil {
		return err
	}
	say("the guide, word by word")
	if err := w.runGuide("docs/delegate-a-subdomain.md", update); err != nil {
		return errors.Join(err, w.logs())
	}
	say("planted faults")
	if err := w.runFaults(); err != nil {
		return errors.Join(err, w.logs())
	}
	say("zonemaster")
	return w.zonemaster()
}

func say(s string) { fmt.Println("--", s) }

// logs is what the servers said at last, for whoever looks for why a run failed.
func (w *world) logs() error {
	var all strings.Builder
	for _, l := range []struct{ host, file string }{{"ns1", "meridian.log"}, {"ns2", "meridian.log"}, {"resolver", "unbound.log"}} {
		said, _, err := w.run(l.host, "tail -n 8 /var/log/"+l.file)
		if err != nil {
			said = err.Error()
		}
		fmt.Fprintf(&all, "%s on %s:\n%s\n", l.file, l.host, said)
	}
	return errors.New(all.String())
}

// programs are what hosts run, and Debian's packages that have them.
var programs = [][2]string{
	{"ip", "iproute2"}, {"iptables", "iptables"}, {"dig", "bind9-dnsutils"}, {"/usr/bin/python3", "python3"},
	{"nsd", "nsd"}, {"unbound", "unbound"}, {"zonemaster-cli", "zonemaster-cli"},
}

// install installs the packages of programs that are missing.
func install() error {
	var missing []string
	for _, p := range programs {
		if _, err := exec.LookPath(p[0]); err != nil {
			missing = append(missing, p[1])
		}
	}
	if missing == nil {
		return nil
	}
	say("installing " + strings.Join(missing, ", "))
	for _, args := range [][]string{{"update", "-qq"}, append([]string{"install", "-y", "-qq"}, missing...)} {
		c := exec.Command("apt-get", args...)
		c.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}
