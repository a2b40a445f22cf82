// Command differ asks meridian, NSD, Knot DNS and BIND the same questions about the same
// zones and says where the answers differ.
//
//	go run ./scripts/differ -pairs 3000
//	go run ./scripts/differ -pairs 100000 -seed 7 -peers nsd,knot
//
// Zones and questions are made from the seed (corners/), so that a run can be had again.
// All servers are started here, on loopback, with their files in a temporary folder.
//
// Where meridian's answer is that of any peer, it is right. Where it is nobody's, the
// difference must be one of testdata/differ/accepted.txt (rules.go knows it by its name),
// else it is unexplained, shown whole, and the exit code is 1. The summary is markdown.
//
//   - packet.go: what is sent: plain queries, and messages with odd headers and EDNS.
//   - servers.go, process.go, exchange.go: who is asked, and how.
//   - message.go, compare.go, rules.go: what an answer says, and whether that is right.
//   - report.go: the summary.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"meridian/scripts/differ/corners"
)

// A batch of worlds is loaded at once; each world is asked about so many times.
const (
	worldsPerBatch    = 250
	questionsPerWorld = 60
)

// options are the command line.
type options struct {
	pairs    int
	seed     uint64
	peers    []string
	shown    int
	accepted string
	only     int
	binary   string
}

func main() {
	o := options{}
	flag.IntVar(&o.pairs, "pairs", 3000, "how many questions to ask, `N`")
	flag.Uint64Var(&o.seed, "seed", 1, "what zones and questions are made from, `N`")
	peers := flag.String("peers", "nsd,knot,bind", "whom to compare with, a `LIST` of nsd, knot, bind")
	flag.IntVar(&o.shown, "shown", 5, "how many unexplained differences to show whole, `N`")
	flag.StringVar(&o.accepted, "accepted", "testdata/differ/accepted.txt", "the accepted differences, a `FILE`")
	flag.IntVar(&o.only, "world", -1, "ask about world `N` of the seed alone")
	flag.StringVar(&o.binary, "binary", "", "the meridian `FILE` to run, instead of one built here")
	flag.Parse()
	o.peers = strings.Split(*peers, ",")
	report, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
		os.Exit(2)
	}
	report.print(os.Stdout)
	if report.unexplained > 0 {
		os.Exit(1)
	}
}

// run asks all questions, batch by batch.
func run(o options) (*report, error) {
	accepted, err := readAccepted(o.accepted)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "differ-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if o.binary == "" {
		o.binary = filepath.Join(dir, "meridian")
		if out, err := exec.Command("go", "build", "-o", o.binary, "./cmd/meridian").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building meridian: %w\n%s", err, out)
		}
	}
	total := newReport(o, accepted)
	worlds := (o.pairs + questionsPerWorld - 1) / questionsPerWorld
	first := 0
	if o.only >= 0 {
		first, worlds = o.only, o.only+1
	}
	for ; first < worlds; first += worldsPerBatch {
		b := batch{o: o, report: total, dir: filepath.Join(dir, fmt.Sprint(first))}
		if err := b.run(first, min(first+worldsPerBatch, worlds)); err != nil {
			return nil, fmt.Errorf("worlds from %d on: %w", first, err)
		}
		if err := os.RemoveAll(b.dir); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// batch is some worlds and the servers that have them.
type batch struct {
	o      options
	report *report
	dir    string
	worlds []*world
	ours   *server
	peers  []*server
}

// world is a world, its choices, and which peers have all of its zones.
type world struct {
	corners.World
	index int
	rand  *rand.Rand
	peers []*server
}

func (b *batch) run(from, to int) (err error) {
	for i := from; i < to; i++ {
		w := &world{index: i, rand: rand.New(rand.NewPCG(b.o.seed, uint64(i)))}
		w.World = corners.NewWorld(w.rand, fmt.Sprintf("z%d.test.", i))
		b.worlds = append(b.worlds, w)
	}
	if err := b.start(); err != nil {
		return errors.Join(err, b.stop())
	}
	defer func() { err = errors.Join(err, b.stop()) }()
	for _, w := range b.worlds {
		if err := b.ask(w); err != nil {
			return err
		}
	}
	return nil
}

// ask compares the answers about one world.
func (b *batch) ask(w *world) error {
	w.peers = nil
	for _, p := range b.peers {
		missing, err := p.missing(w.Zones)
		if err != nil {
			return err
		}
		if missing == "" {
			w.peers = append(w.peers, p)
		} else {
			b.report.refused(p.name)
		}
	}
	if missing, err := b.ours.missing(w.Zones); err != nil || missing != "" {
		return fmt.Errorf("meridian serves no %q, err %v", missing, err)
	}
	left := b.o.pairs - b.report.pairs
	if b.o.only >= 0 {
		left = questionsPerWorld
	}
	for range min(questionsPerWorld, left) {
		q := newPacket(w.rand, w.Question(w.rand))
		c, err := b.compare(w, q)
		if err != nil {
			return err
		}
		b.report.add(c)
	}
	return nil
}

// compare asks meridian and the peers at once.
func (b *batch) compare(w *world, q packet) (*comparison, error) {
	servers := append([]*server{b.ours}, w.peers...)
	answers, errs := make([]answer, len(servers)), make([]error, len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		wg.Go(func() {
			answers[i].peer = s.name
			answers[i].message, errs[i] = s.exchange(q)
		})
	}
	wg.Wait()
	return &comparison{world: w, packet: q, ours: answers[0].message, peers: answers[1:]}, errors.Join(errs...)
}

// writeZones writes every zone's master file into a folder, for all servers.
func (b *batch) writeZones(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return b.eachZone(func(file string, z corners.Zone) error {
		return os.WriteFile(filepath.Join(dir, file), []byte(z.Text), 0o644)
	})
}

// eachZone calls f for every zone with its file's name; names have octets that file
// systems would mind.
func (b *batch) eachZone(f func(file string, z corners.Zone) error) error {
	n := 0
	for _, w := range b.worlds {
		for _, z := range w.Zones {
			n++
			if err := f(fmt.Sprintf("%05d.zone", n), z); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeConfig writes a server's configuration: head, one entry for each zone, tail.
func (b *batch) writeConfig(path, head string, entry func(w io.Writer, file, zone string), tail string) error {
	var sb strings.Builder
	sb.WriteString(head)
	_ = b.eachZone(func(file string, z corners.Zone) error {
		entry(&sb, file, strings.TrimSuffix(z.Name, "."))
		return nil
	})
	sb.WriteString(tail)
	return os.WriteFile(path, []byte(sb.String()), 0o644)
}
