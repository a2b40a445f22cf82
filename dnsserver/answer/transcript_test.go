package answer

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"meridian/config"
	"meridian/dnsserver/cookie"
	"meridian/steering"
	"meridian/view"
	"meridian/wire"
)

var update = flag.Bool("update", false, "write testdata/*.txt as the answers are now")

// TestTranscripts runs what testdata/*.txt have behind their dollar signs, dig and
// what changes the world, and wants the answers that stand below.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t)
			var got strings.Builder
			for line := range strings.Lines(string(want)) {
				switch {
				case strings.HasPrefix(line, "$ "):
					got.WriteString(line)
					got.WriteString(w.run(t, strings.TrimSpace(line[2:])))
				case strings.HasPrefix(line, "#") || line == "\n":
					got.WriteString(line)
				}
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" && !*update {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// run is one command: "dig …", "health ENDPOINT up|down|new [DOWN-ADDRESSES]",
// "operator ENDPOINT [force=up|down] [drain=SHARE]", "server [SETTING=VALUE…]" (set up
// anew), "later DURATION", "zone FILE" (of testdata, served beside the others).
func (w *world) run(t *testing.T, line string) string {
	t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "dig":
		return w.dig(t, strings.Join(words[1:], " "))
	case "health":
		state := map[string]steering.State{"up": steering.Up, "down": steering.Down, "new": steering.New}[words[2]]
		var down uint64
		if len(words) > 3 {
			down, _ = strconv.ParseUint(words[3], 2, 16)
		}
		w.health(words[1], state, uint16(down))
	case "operator":
		var o config.Override
		for _, word := range words[2:] {
			switch key, value, _ := strings.Cut(word, "="); key {
			case "force":
				o.Force = value
			case "drain":
				o.Drain, _ = strconv.ParseFloat(value, 64)
			}
		}
		w.switches.Store(words[1], steering.SettingOf(o))
	case "server":
		w.settings = Settings{}
		w.shared.SetCookies(nil)
		for _, word := range words[1:] {
			w.set(t, word)
		}
	case "zone":
		w.shared.SetView(w.shared.View().With(2, []*view.Zone{w.load(t, words[1]).Done()}, nil))
	case "later":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			t.Fatal(err)
		}
		w.now += d.Milliseconds()
	default:
		t.Fatalf("what is %s?", line)
	}
	return ""
}

// set is one setting of a server.
func (w *world) set(t *testing.T, word string) {
	t.Helper()
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "nsid":
		w.settings.NSID = []byte(value)
	case "version.bind", "version.server", "hostname.bind", "id.server":
		if w.settings.Chaos == nil {
			w.settings.Chaos = map[wire.Name]string{}
		}
		w.settings.Chaos[wire.MustParseName(key)] = value
	case "agent":
		w.settings.ReportAgent = wire.MustParseName(value)
	case "keepalive":
		d, err := time.ParseDuration(value)
		if err != nil {
			t.Fatal(err)
		}
		w.settings.Keepalive = uint16(d / (100 * time.Millisecond))
	case "secrets":
		secrets, err := cookie.Parse(strings.ReplaceAll(value, ",", "\n"))
		if err != nil {
			t.Fatal(err)
		}
		w.shared.SetCookies(secrets)
	case "additional":
		w.settings.Additional = value == "on"
	case "size":
		w.settings.UDPSize, _ = strconv.Atoi(value)
	default:
		t.Fatalf("what is %s?", word)
	}
}

// dig asks, holds what holds for every answer and which counters moved, and asks the
// same over TCP where that should make no difference.
func (w *world) dig(t *testing.T, line string) string {
	t.Helper()
	a := parseDig(t, line)
	r := NewResponder(&w.shared, w.settings)
	m := r.askAt(t, a, a.over, w.now)
	counts := r.counts()
	shown := show(m) + steeredCounts(counts)
	if m == nil {
		return shown
	}
	if a.octets {
		shown += showOctets(t, NewResponder(&w.shared, w.settings).octetsAt(a, a.over, w.now))
	}
	w.checkEcho(t, line, a, m)
	want := map[string]uint64{a.over.String() + " " + rcodeName(m): 1}
	if hasSubnet(m) {
		want["ECS"] = 1
	}
	if m.Truncated {
		want["truncated"] = 1
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("%s: counters (-want +got):\n%s", line, diff)
	}
	if a.over == UDP && !m.Truncated && !strings.Contains(line, "+keepalive") {
		whole := r.askAt(t, a, TCP, w.now)
		if strings.Contains(line, "+bufsize") { // additional records may have had no room
			m, whole = withoutAdditional(m), withoutAdditional(whole)
		}
		if diff := cmp.Diff(show(m), show(whole)); diff != "" {
			t.Errorf("%s (-UDP +TCP):\n%s", line, diff)
		}
	}
	return shown
}

// withoutAdditional is a message whose additional section has OPT alone.
func withoutAdditional(m *dns.Msg) *dns.Msg {
	m = m.Copy()
	m.Extra = slices.DeleteFunc(m.Extra, func(rr dns.RR) bool { return rr.Header().Rrtype != dns.TypeOPT })
	return m
}

// checkEcho holds that id, question and client subnet return as they came.
func (w *world) checkEcho(t *testing.T, line string, a asked, m *dns.Msg) {
	t.Helper()
	if m.Id != a.msg.Id || m.Opcode != a.msg.Opcode {
		t.Errorf("%s: id %d, opcode %d", line, m.Id, m.Opcode)
	}
	if m.Opcode == dns.OpcodeQuery && len(a.msg.Question) <= 1 {
		if diff := cmp.Diff(a.msg.Question, m.Question); diff != "" {
			t.Errorf("%s: the question (-asked +echoed):\n%s", line, diff)
		}
	}
	if a.msg.IsEdns0() == nil && m.IsEdns0() != nil {
		t.Errorf("%s: OPT in the answer alone", line)
	}
}

func hasSubnet(m *dns.Msg) bool {
	o := m.IsEdns0()
	return o != nil && slices.ContainsFunc(o.Option, func(e dns.EDNS0) bool { return e.Option() == dns.EDNS0SUBNET })
}

// steeredCounts shows and takes out the counters of steered answers.
func steeredCounts(counts map[string]uint64) string {
	shown := ""
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if rest, ok := strings.CutPrefix(name, "slot "); ok {
			slot, from, _ := strings.Cut(rest, " ")
			region := map[string]string{"0": "fallback", "1": "eu", "2": "us"}[slot]
			shown += fmt.Sprintf("counted: %s, %s\n", region, from)
			if counts[name] != 1 {
				shown += fmt.Sprintf("  %d times\n", counts[name])
			}
			delete(counts, name)
		}
	}
	return shown
}
