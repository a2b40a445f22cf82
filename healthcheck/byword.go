package healthcheck

// From a word back to the targets behind it, for explain: what a query reads is a word
// and nothing else.

import "meridian/steering"

// StatusOf returns the targets of the group whose word w is, in the order of the
// group's addresses; none where no group that is held has it. It looks through all
// groups.
func (c *Checker) StatusOf(w *steering.Word) []TargetStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range c.groups {
		if &g.word != w {
			continue
		}
		statuses := make([]TargetStatus, len(g.targets))
		for i, t := range g.targets {
			statuses[i] = t.status()
		}
		return statuses
	}
	return nil
}
