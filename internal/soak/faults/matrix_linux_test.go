package faults

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"siths-agent/internal/soak"
)

// trial is one case: a fault at an APDU and a moment.
type trial struct {
	kind kind
	at   int    // 0: the fault is in the card from its insertion on
	when string // before, in, after
}

// line is the fault as the card's control takes it.
func (c trial) line(other string) string {
	line := strings.ReplaceAll(c.kind.fault, "DIR", other)
	if c.at > 0 {
		line += fmt.Sprintf(" at=%d when=%s", c.at, c.when)
	}
	return line
}

func (c trial) String() string { return c.line("DIR") }

// ended says whether the case ends the card's program.
func (c trial) ended() bool { return c.kind.fault == "killed" }

// trials are all cases of some kinds for a main job of so many APDUs.
func trials(kinds []kind, apdus int) []trial {
	var all []trial
	for _, k := range kinds {
		if !k.everyAPDU {
			all = append(all, trial{kind: k})
			continue
		}
		for at := 1; at <= apdus; at++ {
			for _, when := range []string{"before", "in", "after"} {
				all = append(all, trial{kind: k, at: at, when: when})
			}
		}
	}
	return all
}

// sample is each fault once, in the first of its variants, at APDUs and moments that differ from fault to fault.
func sample(kinds []kind, apdus int) []trial {
	var some []trial
	last := ""
	for i, k := range kinds {
		name, _, _ := strings.Cut(k.fault, " ")
		if name == last {
			continue
		}
		last = name
		c := trial{kind: k}
		if k.everyAPDU {
			c.at, c.when = 1+i*5%apdus, []string{"before", "in", "after"}[i%3]
		}
		some = append(some, c)
	}
	return some
}

func TestEveryFaultOfACardEndsInADefinedState(t *testing.T) {
	t.Parallel()
	if r, whole := (deck{"idprime", kinds()}).play(t, soak.Size(8, 12)); whole {
		r.report(t)
	}
}

func TestEveryFaultOfACardOfTwoTokensEndsInADefinedState(t *testing.T) {
	t.Parallel()
	(deck{"pkcs15", twoTokenKinds()}).play(t, soak.Size(4, 12))
}

// deck is what is tried on a kind of card.
type deck struct {
	profile string
	kinds   []kind
}

// play tries all of it on so many workplaces. What is looked at alone is not the whole of it.
func (d deck) play(t *testing.T, workplaces int) (r *results, whole bool) {
	t.Helper()
	queue := make(chan trial)
	var plan sync.Once
	only := regexp.MustCompile(os.Getenv("SITHS_CASES")) // "silent at=3 when=in" looks at that case alone
	r = &results{ends: map[string]int{}, kinds: len(d.kinds)}
	var places sync.WaitGroup
	for i := range workplaces {
		places.Go(func() { // not t.Parallel, which stops at the number of processors: a workplace mostly waits
			t.Run(fmt.Sprint("workplace ", i), func(t *testing.T) {
				b := newBench(t, d.profile)
				plan.Do(func() { go b.hand(d.kinds, queue, only) })
				for c := range queue {
					o := b.try(c)
					t.Logf("%s: %s after %s, usable after %s", c, o.end, o.took, o.usable)
					r.add(o)
				}
				r.grew(b.Footprint().RSS - b.memory)
			})
		})
	}
	places.Wait()
	if whole = only.String() == ""; whole {
		r.check(t)
	}
	return r, whole
}

// hand gives out the cases of this run.
func (b *bench) hand(kinds []kind, queue chan<- trial, only *regexp.Regexp) {
	defer close(queue)
	all := sample(kinds, b.whole)
	if soak.Long() || only.String() != "" {
		all = trials(kinds, b.whole)
	}
	for _, c := range all {
		if only.MatchString(c.String()) {
			queue <- c
		}
	}
}
