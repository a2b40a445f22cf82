package main

// Faults, planted one at a time in the world that the guide has made, and what
// `meridian delegation check` must find then: no less and no more.

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"meridian/delegation"
)

// fault is a fault with how it comes and goes, each a list of "HOST: COMMAND".
type fault struct {
	name  string
	plant []string
	mend  []string
	flags string   // of the check, beside the usual
	want  []string // "SEVERITY CODE WHERE"
	code  int      // the check's exit code
}

const (
	checkCommand = "meridian delegation check app.example.com -o json"
	throughGood  = " --resolver 203.0.113.153 --steered www"
	throughPlain = " --resolver 203.0.113.154 --steered www"

	ns2v4 = "ns2.app.example.com. (198.51.100.53)"
	ns2v6 = "ns2.app.example.com. (2001:db8:2::53)"
)

// parentAgain mends the parent's zone.
var parentAgain = []string{"parent: cp good.zone example.com.zone && nsd-control reload"}

// zoneAgain mends our zone: the n-th time with a serial that is greater than all before,
// and so the same on both servers again, whatever each of them has been through.
func zoneAgain(n int) (mend []string) {
	for _, name := range []string{"ns1", "ns2"} {
		mend = append(mend, fmt.Sprintf("%s: sed -i -E 's/20[0-9]{8}/20300101%d0/' app.example.com.zone && meridian apply -f meridian.yaml", name, n))
	}
	return mend
}

// editParent changes the parent's zone file.
func editParent(sed string) []string {
	return []string{"parent: sed -i '" + sed + "' example.com.zone && nsd-control reload"}
}

// block drops packets on ns2.
func block(rules ...string) (plant, mend []string) {
	for _, r := range rules {
		command, rule, _ := strings.Cut(r, " ")
		plant = append(plant, "ns2: "+command+" -A "+rule+" -j DROP")
		mend = append(mend, "ns2: "+command+" -D "+rule+" -j DROP")
	}
	return plant, mend
}

func faults() []fault {
	list := []fault{{
		name: "none", flags: throughGood,
		want: []string{"note subnets-sent resolver 203.0.113.153"},
	}, {
		name: "a resolver without client subnets", flags: throughPlain,
		plant: []string{"resolver: unbound -c /etc/unbound/plain.conf"}, mend: []string{"resolver: kill $(cat /run/plain.pid)"},
		want: []string{"warning no-subnets resolver 203.0.113.154"},
	}, {
		name:  "no resolver where one is said to be",
		flags: " --resolver 203.0.113.154",
		want:  []string{"error resolver-silent resolver 203.0.113.154"}, code: 1,
	}, {
		name:  "a server without the zone",
		plant: []string{"ns2: meridian zone delete app.example.com"}, mend: zoneAgain(1),
		want: []string{"error lame " + ns2v4, "error lame " + ns2v6}, code: 1,
	}, {
		name:  "glue missing",
		plant: editParent(`/^ns2\.app/d`), mend: parentAgain,
		want: []string{"error glue-missing ns2.app.example.com."}, code: 1,
	}, {
		name:  "glue wrong",
		plant: editParent(`s/198\.51\.100\.53/192.0.2.54/`), mend: parentAgain,
		want: []string{"error glue-wrong ns2.app.example.com.", "error lame ns2.app.example.com. (192.0.2.54)"}, code: 1,
	}, {
		name:  "one address without glue",
		plant: editParent(`/2001:db8:2::53/d`), mend: parentAgain,
		want: []string{"warning glue-incomplete ns2.app.example.com."},
	}, {
		name:  "different NS sets at parent and child",
		plant: editParent(`/NS ns2\.app/d`), mend: parentAgain,
		want: []string{"warning ns-differs app.example.com."},
	}, {
		name:  "no delegation",
		plant: editParent(`/app\.example\.com\./d`), mend: parentAgain,
		want: []string{"error not-delegated app.example.com."}, code: 1,
	}, {
		name:  "different NS sets and serials on the zone's servers",
		plant: []string{"ns2: meridian record set app.example.com @ NS ns2"}, mend: zoneAgain(2),
		want: []string{"warning ns-differs-in-zone " + ns2v4, "warning serials-differ app.example.com."},
	}, {
		name:  "different serials",
		plant: []string{"ns2: meridian record set app.example.com note TXT newer"}, mend: zoneAgain(3),
		want: []string{"warning serials-differ app.example.com."},
	}, {
		name: "a name server that is an alias, and one that is nowhere",
		plant: []string{
			"ns1: meridian record set app.example.com ns3 CNAME ns1 && meridian record set app.example.com @ NS ns1 ns2 ns3 ns.nowhere.com.",
			"ns2: meridian record set app.example.com ns3 CNAME ns1 && meridian record set app.example.com @ NS ns1 ns2 ns3 ns.nowhere.com.",
		}, mend: zoneAgain(4),
		want: []string{"warning ns-differs app.example.com.", "error ns-is-alias ns3.app.example.com.", "error ns-without-address ns.nowhere.com."}, code: 1,
	}, {
		name:  "a DS record for an unsigned zone",
		plant: editParent(`$a app.example.com. DS 60485 13 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A`), mend: parentAgain,
		want: []string{
			"error ds-without-key ns1.app.example.com. (192.0.2.53)", "error ds-without-key ns1.app.example.com. (2001:db8:1::53)",
			"error ds-without-key " + ns2v4, "error ds-without-key " + ns2v6,
		}, code: 1,
	}}
	return append(list, blockedFaults()...)
}

func blockedFaults() []fault {
	shut := func(name string, want []string, rules ...string) fault {
		plant, mend := block(rules...)
		return fault{name: name, plant: plant, mend: mend, want: want, code: 1}
	}
	large := shut("answers of over 600 octets blocked", []string{"error size-blocked " + ns2v4}, "iptables OUTPUT -p udp --sport 53 -m length --length 600:")
	longText := `meridian record set app.example.com @ TXT "$(printf '"%0250d" ' 1 2 3 4)"`
	large.plant = append(large.plant, "ns1: "+longText, "ns2: "+longText)
	large.mend = append(large.mend, zoneAgain(9)...)
	return []fault{
		shut("TCP blocked", []string{"error tcp-blocked " + ns2v4}, "iptables INPUT -p tcp --dport 53"),
		shut("UDP blocked", []string{"error udp-blocked " + ns2v4}, "iptables INPUT -p udp --dport 53"),
		shut("IPv6 blocked", []string{"error lame " + ns2v6}, "ip6tables INPUT -p udp --dport 53", "ip6tables INPUT -p tcp --dport 53"),
		large,
		{
			name: "a dead server", code: 1,
			plant: []string{"ns2: kill $(pidof meridian); while pidof meridian; do sleep 0.1; done"},
			mend:  []string{"ns2: meridian serve 2>>/var/log/meridian.log &", "ns2: until meridian status; do sleep 0.2; done"},
			want:  []string{"error lame " + ns2v4, "error lame " + ns2v6},
		},
	}
}

// runFaults plants each fault, checks, and mends it again. In the end nothing may be left.
func (w *world) runFaults() error {
	if err := w.all([]string{"parent: cp example.com.zone good.zone"}); err != nil {
		return err
	}
	list := faults()
	for _, f := range append(list, list[0]) {
		fmt.Println("   fault:", f.name)
		if err := w.all(f.plant); err != nil {
			return err
		}
		if err := w.finds(f); err != nil {
			return err
		}
		if err := w.all(f.mend); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) all(commands []string) error {
	for _, c := range commands {
		name, command, _ := strings.Cut(c, ": ")
		if _, err := w.hosts[name].must(command); err != nil {
			return err
		}
	}
	return nil
}

// finds checks from a client, and compares what was found with what is wanted.
func (w *world) finds(f fault) error {
	said, code, err := w.run("london", checkCommand+f.flags+" 2>/mnt/said")
	if err != nil {
		return err
	}
	var report delegation.Report
	if err := json.Unmarshal([]byte(said), &report); err != nil {
		return fmt.Errorf("%s: reading the report: %w\n%s", f.name, err, said)
	}
	var found []string
	for _, x := range report.Findings {
		found = append(found, fmt.Sprintf("%s %s %s", x.Severity, x.Code, x.Where))
	}
	slices.Sort(found)
	want := slices.Sorted(slices.Values(f.want))
	if diff := cmp.Diff(want, found); diff != "" || code != f.code {
		return fmt.Errorf("%s: the exit code is %d, of %d; findings wanted - and found +:\n%s\n%s", f.name, code, f.code, diff, said)
	}
	return nil
}
