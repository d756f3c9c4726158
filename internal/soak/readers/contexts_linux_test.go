package readers

import (
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// eachSecond is a heartbeat that tests can wait for.
const eachSecond = "[session]\nidentity_heartbeat = \"1s\"\n"

// mostContexts is what a neighbour gets at least who takes all: the service and what else there is have few of the 200.
const mostContexts = 190

// contexts is how many a greedy neighbour says that it has got.
func contexts(told string) int {
	first, _, _ := strings.Cut(told, " ")
	n, _ := strconv.Atoi(first) // no number is none
	return n
}

func TestEveryContextTakenLeavesARunningServiceAlone(t *testing.T) {
	t.Parallel()
	d := workplace.OpenDesk(t, workplace.Plan{Service: stack.AgentOptions{Policy: eachSecond}})
	card, greedy := d.Unlocked(), newNeighbour(t, d.Workplace, "greedy")
	var back recoveries
	for range soak.Size(1, 50) {
		told := greedy.ask("take")
		if contexts(told) < mostContexts {
			t.Errorf("the neighbour has got all but few of 200 contexts: %s", told)
		}
		before := d.Stat(card).APDU
		d.AwaitThat("a heartbeat", func() bool { return d.Stat(card).APDU > before })
		if s := back.look(t, d.Workplace); s.Phase != apitype.Unlocked || len(s.Problems) != 0 {
			t.Errorf("the login has become %s, %+v", s.Phase, s.Problems)
		}
		d.Must(card.Remove())
		d.AwaitLock()
		d.AwaitPhase(apitype.NoCard)
		d.Must(card.Insert())
		awaitBusy(d.Workplace)
		back.look(t, d.Workplace)
		back.recovered(d.Workplace, func() { greedy.ask("give back") })
		d.Unlock()
	}
	back.report(t, "4.20", "all 200 PC/SC contexts taken by another user: a login stands and locks on removal; a new card is told as reader.busy",
		"make soak ONLY=TestEveryContextTaken")
}

func TestEveryContextTakenKeepsAStartingServiceWaiting(t *testing.T) {
	t.Parallel()
	w := workplace.OpenWithoutService(t, workplace.Plan{})
	greedy := newNeighbour(t, w, "greedy")
	w.InsertDir(w.Issue(workplace.Anna()))
	var back recoveries
	greedy.ask("take")
	w.Serve(stack.AgentOptions{})
	for i := range soak.Size(1, 20) {
		if i > 0 {
			w.Must(w.Service.Stop())
			greedy.ask("take")
			w.Must(w.Service.Start())
		}
		w.Await("the service of the readers to be missed", func(s apitype.Snapshot) bool {
			return s.Phase == apitype.NoReader && workplace.ProblemOf(s, apitype.ReaderServiceDown) != nil
		})
		back.look(t, w)
		back.recovered(w, func() { greedy.ask("give back") })
	}
	w.Unlock()
	back.report(t, "4.21", "the service is started when all 200 PC/SC contexts are taken: told as reader.service-down",
		"make soak ONLY=TestEveryContextTaken")
}
