package sim

import (
	"flag"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/internal/soak"
)

// oneSeed replays one workstation; moreSeeds is for looking longer than is usual.
var (
	oneSeed   = flag.Int64("seed", -1, "simulate the workstation of this seed only")
	moreSeeds = flag.Int("seeds", 0, "simulate so many workstations")
)

// What the long form lives through. A workstation-year is 230 working days.
const (
	shortSeeds, longSeeds = 16, 10_400
	daysOfYear            = 230
	workers               = 2 // at a time
)

// workday is how long people come in a day; the days of one world follow each other, and so do the nights.
const workday = 9 * time.Hour

// daysOf is how many days the world of a seed has: four of them nine.
func daysOf(seed uint64) int { return 2 + int(seed%4+1)/4 }

// live lives the days of the workstation of a seed. It returns what was counted, a number that stands for all that
// happened, and how a promise was broken, if one was.
func live(t *testing.T, seed uint64) (counted tally, sum uint64, failure string) {
	t.Helper()
	keys()
	defer func() {
		if r := recover(); r != nil { // goroutines are left, or all wait for each other
			failure = fmt.Sprintf("seed %d: %v", seed, r)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		w := newWorld(seed)
		w.begin()
		for range daysOf(seed) {
			w.day()
		}
		w.end()
		counted, sum = w.tally, w.journal.sum
		counted.seeds, counted.days, counted.passed, counted.lives = 1, daysOf(seed), w.now(), w.lives
		if w.failure != "" {
			failure = fmt.Sprintf("seed %d: %s; what happened last:%s", seed, w.failure, w.tail)
		}
	})
	return counted, sum, failure
}

func TestTheWorkstationsKeepTheirPromises(t *testing.T) {
	if *oneSeed >= 0 {
		n, sum, failure := live(t, uint64(*oneSeed))
		t.Logf("seed %d: %+v, fingerprint %x", *oneSeed, n, sum)
		if failure != "" {
			t.Fatal(failure)
		}
		return
	}
	begun, seeds := time.Now(), soak.Size(shortSeeds, longSeeds)
	if *moreSeeds > 0 {
		seeds = *moreSeeds
	}
	all, broken := liveAll(t, seeds)
	report(t, all, broken, time.Since(begun))
}

// liveAll lives the workstations of many seeds, some at a time, and stops at the first broken promise.
func liveAll(t *testing.T, seeds int) (all tally, broken int) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // worlds are small, and gone soon
	var next, failures atomic.Int64
	var mu sync.Mutex
	t.Run("workers", func(t *testing.T) {
		for i := range workers {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				for seed := next.Add(1) - 1; seed < int64(seeds) && failures.Load() == 0; seed = next.Add(1) - 1 {
					n, _, failure := live(t, uint64(seed))
					if failure != "" {
						failures.Add(1)
						t.Error(failure)
					}
					mu.Lock()
					all.add(n)
					mu.Unlock()
				}
			})
		}
	})
	return all, int(failures.Load())
}

// report keeps the row of all workstations.
func report(t *testing.T, n tally, broken int, took time.Duration) {
	years := float64(n.days) / daysOfYear
	soak.Report(t, soak.Row{
		ID: "1.1", Name: "workstations simulated, from seeds, with everything around the agent failing",
		Asked: "100 workstation-years, 10 million card events, 1 million faults, 10,000 seeds in 10 min, no promise broken",
		Found: fmt.Sprintf("%.1f workstation-years of %d working days (%.0f h of agent's time); %d card events "+
			"(%d insertions and removals, %d openings, reads and resets, %d PINs, %d signatures, %d heartbeats, %d signatures for programs); %d faults "+
			"(%d answers of cards, %d readers, %d pulls and swaps, %d desktops, %d disks, %d clock steps, %d kills and restarts, "+
			"%d by people, %d attacks, %d others); %d seeds, %d steps checked, %d lives, %d visits, %d unlocks; %.1f min; %d promises broken",
			years, daysOfYear, n.passed.Hours(), n.cardEvents(), n.insertions+n.removals, n.openings+n.reads+n.resets, n.verifies,
			n.signatures, n.checks, n.uses, n.allFaults(), n.faults[faultCard], n.faults[faultReader], n.faults[faultPull], n.faults[faultDesk],
			n.faults[faultDisk], n.faults[faultClock], n.faults[faultCrash], n.faults[faultPerson], n.faults[faultAttack],
			n.faults[faultOther], n.seeds, n.steps, n.lives, n.visits, n.logins, took.Minutes(), broken),
		Missed:  years < 100 || n.cardEvents() < 10_000_000 || n.allFaults() < 1_000_000 || took > 10*time.Minute,
		Command: "make sim",
	})
}

// TestASeedIsLivedTheSameWayAgain: whatever fails can be looked at as often as one likes.
func TestASeedIsLivedTheSameWayAgain(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for seed := range uint64(soak.Size(2, 100)) {
		n, first, _ := live(t, seed)
		_, second, _ := live(t, seed)
		if first != second {
			t.Errorf("seed %d was lived in two ways, of %d steps", seed, n.steps)
		}
		if seen[first] {
			t.Errorf("seed %d was lived as another one was", seed)
		}
		seen[first] = true
	}
}
