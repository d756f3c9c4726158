package faults

import (
	"slices"
	"strings"
	"syscall"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
)

// judge holds the end of a case against what its kind of fault may come to.
func (b *bench) judge(c trial, e end, took time.Duration) {
	b.t.Helper()
	if e.hung || took > hangLimit {
		b.t.Errorf("%s: %s after %s: %+v", c, e, took, e.problems)
	}
	if c.kind.absent && e.phase != apitype.NoCard {
		b.t.Errorf("%s: the service sees %s", c, e)
	}
	for _, code := range e.codes() {
		if !slices.Contains(c.kind.ends, code) && !late(code, took) {
			b.t.Errorf("%s: it ends as %s with %s, which is not one of %v", c, e, code, c.kind.ends)
		}
	}
	if e.phase == apitype.Refused && len(e.problems) == 0 {
		b.t.Errorf("%s: refused, and nobody is told why", c)
	}
	if slices.Contains(e.codes(), apitype.CardSilent) {
		b.AwaitThat(c.String()+": the child to be killed", func() bool { return len(b.Children()) == 0 })
	}
}

// late says whether a card was given up because the machine was too busy for it. That is counted, and no wrong state.
func late(code apitype.Code, took time.Duration) bool {
	return code == apitype.CardSilent && took >= giveUpAt
}

// wantHonest checks that the PIN went to the card once at most, and that only a true signature of the card's owner has
// unlocked anything.
func (b *bench) wantHonest(c trial, e end, before stack.CardStat) {
	b.t.Helper()
	s := b.Stat(b.card)
	if tries := s.Verify - before.Verify; tries > 1 || tries > 0 && !e.asked {
		b.t.Errorf("%s: one PIN was given, and the card saw %d", c, tries)
	}
	if !e.result.OK {
		if e.phase == apitype.Unlocked {
			b.t.Errorf("%s: unlocked without a PIN", c)
		}
		return
	}
	if c.kind.dishonest || s.Sign == before.Sign {
		b.t.Errorf("%s: unlocked by a card that proved nothing", c)
	}
	owner := "bob"
	if s.Signer == b.number {
		owner = "anna"
	}
	if e.session != nil && e.session.User != owner {
		b.t.Errorf("%s: the card of %s has opened the session of %s", c, owner, e.session.User)
	}
}

// wantAgent checks that the service runs on as if nothing had been.
func (b *bench) wantAgent(c trial) {
	b.t.Helper()
	if err := syscall.Kill(b.agent, 0); err != nil || b.Snapshot().Agent.PID != b.agent {
		b.t.Fatalf("%s: the service is gone: %v", c, err)
	}
	log := b.Service.Log()
	for _, bad := range []string{"panic", "fatal error", "SIGSEGV", "SIGABRT", "goroutine "} {
		if i := strings.Index(log, bad); i >= 0 {
			b.t.Errorf("%s: the log has %q: %s", c, bad, log[i:min(len(log), i+2000)])
		}
	}
}
