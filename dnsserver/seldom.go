package dnsserver

// Log lines that hostile or broken clients can cause: few, however many they cause.

import (
	"log/slog"
	"sync"
	"time"
)

// seldomEvery is how often one kind of line is written.
const seldomEvery = 10 * time.Second

// seldom writes each message once in a while, with how often it was left out. Any
// goroutine may use it. Messages are few: they are constants of this package.
type seldom struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex // guards lines
	lines map[string]*line
}

type line struct {
	next    time.Time
	leftOut int
}

func newSeldom(log *slog.Logger, now func() time.Time) *seldom {
	return &seldom{log: log, now: now, lines: map[string]*line{}}
}

func (s *seldom) warn(message string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[message]
	if l == nil {
		l = &line{}
		s.lines[message] = l
	}
	now := s.now()
	if now.Before(l.next) {
		l.leftOut++
		return
	}
	if l.leftOut > 0 {
		args = append(args, "left_out_before", l.leftOut)
	}
	*l = line{next: now.Add(seldomEvery)}
	s.log.Warn(message, args...)
}
