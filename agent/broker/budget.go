package broker

import (
	"strconv"
	"time"

	"siths-agent/agent/broker/system"
)

// minute is what a budget is for.
const minute = time.Minute

// usual is how many signatures a program may have in a minute at a system that does not say.
const usual = 60

// program is what a budget is for and what a yes of the person is about. Programs of one user that are not known share
// one budget: otherwise, who wants more would start another process.
type program struct {
	uid uint32
	exe string
}

func programOf(c Caller) program { return program{c.UID, c.Exe} }

func (p program) String() string { return strconv.Itoa(int(p.uid)) + " " + p.exe }

// purse is one program's budget at one system.
type purse struct {
	program program
	system  string
}

// spending is when which program had its last signatures.
type spending map[purse][]time.Time

// take takes one signature from each purse that has any left, and returns the systems that these belong to.
func (s spending) take(now time.Time, p program, systems []system.System) []system.System {
	s.forget(now)
	var left []system.System
	for _, sys := range systems {
		at := purse{p, sys.Name}
		if !affordable(len(s[at]), sys) {
			continue
		}
		s[at] = append(s[at], now)
		left = append(left, sys)
	}
	return left
}

// forget drops what is older than a minute. Where a clock went back, nothing is.
func (s spending) forget(now time.Time) {
	for at, times := range s {
		for len(times) > 0 && now.Sub(times[0]) >= minute {
			times = times[1:]
		}
		if s[at] = times; len(times) == 0 {
			delete(s, at)
		}
	}
}

func limit(s system.System) int {
	n := 0
	switch {
	case s.TLS != nil:
		n = s.TLS.MaxSignaturesPerMinute
	case s.SSH != nil:
		n = s.SSH.MaxSignaturesPerMinute
	}
	if n <= 0 {
		return usual
	}
	return n
}
