package scale

// Watching: asking until an answer is there.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"meridian/scripts/bench/process"
	"meridian/scripts/bench/scale/world"
)

// pause is how long a watcher waits after an answer that isn't the one: what is measured
// is right to this time. It leaves the processor to the server for most of it.
const pause = 100 * time.Microsecond

// patience is how long an answer is waited for. Some servers listen before they read what
// comes.
const patience = 50 * time.Millisecond

// watcher asks one server.
type watcher struct {
	server netip.AddrPort
	conn   net.Conn
	buffer []byte
	id     uint16
}

func (w *watcher) close() {
	if w.conn != nil {
		w.conn.Close()
	}
}

// ask is what is wrong with the answer to a question.
func (w *watcher) ask(q world.Question) error {
	if w.conn == nil {
		conn, err := net.Dial("udp", w.server.String())
		if err != nil {
			return err
		}
		w.conn, w.buffer = conn, make([]byte, 4096)
	}
	w.id++
	m := new(dns.Msg)
	m.SetQuestion(q.Name, dns.TypeA)
	m.Id = w.id
	packet, err := m.Pack()
	if err != nil {
		return err
	}
	if _, err := w.conn.Write(packet); err != nil {
		return err
	}
	if err := w.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	for {
		n, err := w.conn.Read(w.buffer)
		if err != nil {
			return err
		}
		if err := m.Unpack(w.buffer[:n]); err != nil {
			return err
		}
		if m.Id == w.id { // and not an answer that was late
			return wrong(m, q)
		}
	}
}

func wrong(m *dns.Msg, q world.Question) error {
	if m.Rcode != dns.RcodeSuccess || len(m.Answer) == 0 {
		return fmt.Errorf("%s: %s with %d answers", q.Name, dns.RcodeToString[m.Rcode], len(m.Answer))
	}
	a, ok := m.Answer[0].(*dns.A)
	if got, _ := netip.AddrFromSlice(a.A.To4()); !ok || got != q.Address {
		return fmt.Errorf("%s has not the address %s, but %s", q.Name, q.Address, m.Answer[0])
	}
	return nil
}

// watch asks the questions, one after the other, until each had its answer, and returns
// when that was.
func watch(ctx context.Context, server netip.AddrPort, p *process.Process, questions ...world.Question) (time.Time, error) {
	w := &watcher{server: server}
	defer w.close()
	for _, q := range questions {
		for {
			err := w.ask(q)
			if err == nil {
				break
			}
			if crash := p.Crashed(); crash != nil {
				return time.Time{}, crash
			}
			if ctx.Err() != nil {
				return time.Time{}, fmt.Errorf("waiting for an answer: %w", errors.Join(ctx.Err(), err))
			}
			time.Sleep(pause)
		}
	}
	return time.Now(), nil
}

// seen changes the first count names of BigZone and watches meanwhile. It returns how long
// the change took to be acknowledged, and how long it took until all the answers were
// those that it brings.
func (s *Stage) seen(r *running, count, round int) (acknowledged, visible time.Duration, err error) {
	if r.stage != nil {
		if err := r.stage(s, r, 0, count, round); err != nil {
			return 0, 0, err
		}
	}
	const most = 5 * time.Minute
	ctx, cancel := context.WithTimeout(s.Ctx, most)
	defer cancel()
	var last time.Time
	done := make(chan error, 1)
	began := time.Now()
	go func() {
		var err error
		last, err = watch(ctx, r.addr, r.Process, all(count, round)...)
		done <- err
	}()
	if err = r.change(s, r, 0, count, round); err != nil {
		cancel()
	}
	acknowledged = time.Since(began)
	if missed := <-done; err == nil {
		err = missed
	}
	return acknowledged, last.Sub(began), err
}
