package main

// The world: root, TLD and parent on NSD, hosts for two meridian servers, a resolver,
// two regions, and clients in two cities, all on one link.

import (
	"fmt"
	"strings"

	"meridian/delegation"
)

// world are all hosts by name.
type world struct {
	hub   *host
	hosts map[string]*host
}

// Addresses of hosts. Clients have those of universities, since the geo data must know
// them; the rest is for documentation (RFC 5737, RFC 3849), but for the root's own.
var addresses = []struct {
	name  string
	addrs []string
}{
	{"root", nil}, // all of the internet's root servers
	{"com", []string{"203.0.113.1", "2001:db8:c0::1"}},
	{"parent", []string{"203.0.113.53", "2001:db8:ba::53", "203.0.113.54"}},
	{"ns1", []string{"192.0.2.53", "2001:db8:1::53"}},
	{"ns2", []string{"198.51.100.53", "2001:db8:2::53"}},
	{"eu-west", []string{"192.0.2.10"}},
	{"us-east", []string{"198.51.100.10"}},
	{"resolver", []string{"203.0.113.153", "203.0.113.154", "2001:db8:dd::153"}},
	{"london", []string{"128.40.0.9", "2001:db8:10::9"}},
	{"boston", []string{"18.9.22.9", "2001:db8:20::9"}},
}

// build makes the world; what it has made so far is returned even with an error.
func build(bin string) (*world, error) {
	w := &world{hosts: map[string]*host{}}
	var err error
	if w.hub, err = start("hub", bin); err != nil {
		return w, err
	}
	if _, err := w.hub.must("ip link add lan type bridge && ip link set lan up"); err != nil {
		return w, err
	}
	for _, a := range addresses {
		if a.name == "root" {
			for _, h := range delegation.RootHints() {
				for _, addr := range h.Addrs {
					a.addrs = append(a.addrs, addr.String())
				}
			}
		}
		h, err := start(a.name, bin, a.addrs...)
		if h != nil {
			w.hosts[a.name] = h
		}
		if err != nil {
			return w, err
		}
		if err := h.cable(w.hub); err != nil {
			return w, err
		}
	}
	return w, w.furnish()
}

// end ends all hosts.
func (w *world) end() {
	for _, h := range w.hosts {
		h.end()
	}
	if w.hub != nil {
		w.hub.end()
	}
}

// run runs a command on the host named.
func (w *world) run(name, command string) (string, int, error) {
	h := w.hosts[name]
	if h == nil {
		return "", 0, fmt.Errorf("there is no host %s", name)
	}
	return h.run(command)
}

// furnish configures and starts the servers that are there before meridian is.
func (w *world) furnish() error {
	for _, s := range []struct{ host, zone, file, records string }{
		{"root", ".", "root.zone", rootZone + rootServers()},
		{"com", "com.", "com.zone", comZone},
		{"parent", "example.com.", "example.com.zone", parentZone},
	} {
		h := w.hosts[s.host]
		if err := h.write("/etc/nsd/"+s.file, s.records); err != nil {
			return err
		}
		if err := h.write("/etc/nsd/nsd.conf", fmt.Sprintf(nsdConf, strings.Join(h.addrs, "\n    ip-address: "), s.zone, s.file)); err != nil {
			return err
		}
		if _, err := h.must("nsd && cd /etc/nsd"); err != nil {
			return err
		}
	}
	for _, client := range []string{"london", "boston", "ns1"} {
		h := w.hosts[client]
		if err := h.write("resolv.conf", "nameserver 203.0.113.153\n"); err != nil {
			return err
		}
		if _, err := h.must("mount --bind /mnt/resolv.conf /etc/resolv.conf"); err != nil {
			return err
		}
	}
	if err := w.hosts["resolver"].write("/etc/unbound/unbound.conf", unboundConf); err != nil {
		return err
	}
	return w.hosts["resolver"].write("/etc/unbound/plain.conf", plainUnbound)
}

// rootServers are the root's NS records and addresses.
func rootServers() string {
	var hints strings.Builder
	for _, h := range delegation.RootHints() {
		fmt.Fprintf(&hints, ". 518400 NS %s\n", h.Name)
		for _, a := range h.Addrs {
			typ := "A"
			if a.Is6() {
				typ = "AAAA"
			}
			fmt.Fprintf(&hints, "%s 518400 %s %s\n", h.Name, typ, a)
		}
	}
	return hints.String()
}

const nsdConf = `server:
    ip-address: %s
    username: root
    zonesdir: /etc/nsd
    database: ""
    pidfile: /run/nsd.pid
    xfrdfile: /run/xfrd.state
    zonelistfile: /run/zone.list
    xfrdir: /run
    server-count: 1
remote-control:
    control-enable: yes
    control-interface: /run/nsd.ctl
zone:
    name: %s
    zonefile: %s
`

const rootZone = `. 86400 SOA a.root-servers.net. nstld.example. 2026112400 1800 900 604800 86400
com. 172800 NS ns.nic.com.
ns.nic.com. 172800 A 203.0.113.1
ns.nic.com. 172800 AAAA 2001:db8:c0::1
`

const comZone = `com. 900 SOA ns.nic.com. hostmaster.nic.com. 2026112400 1800 900 604800 86400
com. 172800 NS ns.nic.com.
ns.nic.com. 172800 A 203.0.113.1
ns.nic.com. 172800 AAAA 2001:db8:c0::1
example.com. 172800 NS ns1.example.com.
example.com. 172800 NS ns2.example.com.
ns1.example.com. 172800 A 203.0.113.53
ns1.example.com. 172800 AAAA 2001:db8:ba::53
ns2.example.com. 172800 A 203.0.113.54
`

// parentZone is the parent before anything is delegated. It takes mail, for hostmasters.
const parentZone = `$TTL 3600
example.com. SOA ns1.example.com. hostmaster.example.com. 1 3600 600 604800 60
example.com. NS ns1.example.com.
example.com. NS ns2.example.com.
ns1.example.com. A 203.0.113.53
ns1.example.com. AAAA 2001:db8:ba::53
ns2.example.com. A 203.0.113.54
example.com. MX 10 mail.example.com.
mail.example.com. A 203.0.113.25
`

// unboundConf is a resolver as distributions configure it: no word of client subnets.
// Its root hints are unbound's own.
const unboundConf = `server:
    interface: 203.0.113.153
    interface: 2001:db8:dd::153
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    username: ""
    chroot: ""
    pidfile: /run/unbound.pid
    use-syslog: no
    logfile: /var/log/unbound.log
    module-config: "iterator"
remote-control:
    control-enable: no
include-toplevel: "/etc/unbound/unbound.conf.d/*.conf"
`

// plainUnbound is a second resolver beside the first, which sends no client subnets.
var plainUnbound = strings.NewReplacer("203.0.113.153", "203.0.113.154", "    interface: 2001:db8:dd::153\n", "",
	"unbound.pid", "plain.pid", "unbound.log", "plain.log", "include-toplevel: \"/etc/unbound/unbound.conf.d/*.conf\"\n", "").Replace(unboundConf)
