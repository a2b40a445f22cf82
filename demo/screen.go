package demo

// The demo on a terminal: a table that moves, and a key for each region.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// screen draws until ctx ends or a person quits.
func (d *demo) screen(ctx context.Context) error {
	p := tea.NewProgram(model{demo: d, ctx: ctx}, tea.WithContext(ctx), tea.WithInput(d.In), tea.WithOutput(d.Out), tea.WithoutSignalHandler())
	_, err := p.Run()
	if errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// model is what the screen shows.
type model struct {
	demo  *demo
	ctx   context.Context
	sight sight
	moved []time.Time // by client: when its answer last moved
	fault string
}

// acted tells what became of a key.
type acted struct{ err error }

func (m model) Init() tea.Cmd { return m.look(0) }

// look asks for all clients after a while.
func (m model) look(after time.Duration) tea.Cmd {
	return tea.Tick(after, func(time.Time) tea.Msg { return m.demo.watcher().look(m.ctx) })
}

// Update takes keys and what was seen.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case sight:
		m.moved = movedAt(m.sight, msg, m.moved, time.Now())
		m.sight = msg
		return m, m.look(lookEvery)
	case acted:
		m.fault = ""
		if msg.err != nil {
			m.fault = msg.err.Error()
		}
	case tea.KeyMsg:
		switch key := msg.String(); key {
		case "q", "ctrl+c", "esc":
			return m, tea.Quit
		default:
			if i := strings.Index("123456789", key); i >= 0 && len(key) == 1 && i < len(Regions()) {
				return m, m.toggle(Regions()[i])
			}
		}
	}
	return m, nil
}

// movedAt notes the clients whose answer is another than before.
func movedAt(before, after sight, moved []time.Time, now time.Time) []time.Time {
	if len(before.answers) != len(after.answers) {
		return make([]time.Time, len(after.answers))
	}
	next := append([]time.Time(nil), moved...)
	for i := range after.answers {
		if after.answers[i].text != before.answers[i].text {
			next[i] = now
		}
	}
	return next
}

// toggle kills a region that runs and revives one that is dead.
func (m model) toggle(r Region) tea.Cmd {
	verb := Kill
	if !m.demo.processes.running(r.Name) {
		verb = Revive
	}
	return func() tea.Msg { return acted{m.demo.act(verb, r)} }
}

// moveShows is how long a client that moved is marked.
const moveShows = 3 * time.Second

// View draws the table.
func (m model) View() string {
	var b strings.Builder
	for i, r := range Regions() {
		state := "\x1b[32mrunning\x1b[0m"
		if !m.sight.running[r.Name] {
			state = "\x1b[31mdead   \x1b[0m"
		}
		fmt.Fprintf(&b, "  [%d] %-13s %-10s %s\n", i+1, r.Name, r.Addr, state)
	}
	fmt.Fprintf(&b, "\n  %-11s %-18s   %-24s %-6s %s\n", "client", "subnet", "is sent to", "scope", "TTL")
	for i, c := range clients() {
		if i >= len(m.sight.answers) {
			break
		}
		a := m.sight.answers[i]
		mark := " "
		if time.Since(m.moved[i]) < moveShows {
			mark = "\x1b[33m→\x1b[0m"
		}
		fmt.Fprintf(&b, "  %-11s %-18s %s %-24s /%-5d %d\n", c.place, c.prefix, mark, a, a.scope, a.ttl)
	}
	fmt.Fprintf(&b, "\n  Press 1 to %d to kill or revive a region, q to quit.\n", len(Regions()))
	if m.fault != "" {
		fmt.Fprintf(&b, "  %s\n", m.fault)
	}
	return b.String()
}
