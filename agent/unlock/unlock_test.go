package unlock

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestAUsersStandInSessionIsReadBackAndNothingElseIs(t *testing.T) {
	for _, uid := range []uint32{0, 1000, 1<<32 - 1} {
		if got, ok := parseUID(ofUID(uid).ID); !ok || got != uid {
			t.Errorf("%d became %d, %v", uid, got, ok)
		}
	}
	for _, id := range []string{"", "c1", "uid-", "uid-01", "uid-+1", "uid--1", "uid-4294967296", "uid-1 ", "UID-1"} {
		if got, ok := parseUID(id); ok {
			t.Errorf("%q became %d", id, got)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range Appeared + 1 {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d is %q", k, name)
		} else {
			seen[name] = true
		}
	}
	if got := Kind(200).String(); got != "unknown" {
		t.Errorf("kind 200 is %q", got)
	}
}

// whileNobodyReads runs a test with a queue whose deliverer holds a first event, Wake, so that all others wait.
func whileNobodyReads(t *testing.T, test func(t *testing.T, q *queue)) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		defer q.close()
		q.put(Event{Kind: Wake})
		synctest.Wait()
		test(t, q)
	})
}

// drain reads n events, the held one included, or as many as come.
func drain(q *queue, n int) []Event {
	var got []Event
	for range n {
		select {
		case e := <-q.out:
			got = append(got, e)
		case <-time.After(time.Minute):
		}
	}
	return got
}

func TestQueueKeepsTheOrder(t *testing.T) {
	whileNobodyReads(t, func(t *testing.T, q *queue) {
		for _, kind := range []Kind{Unlocked, HintLocked, Locked} {
			q.put(Event{Kind: kind, Session: "c1"})
		}
		got := drain(q, 4)
		for i, want := range []Kind{Wake, Unlocked, HintLocked, Locked} {
			if got[i].Kind != want {
				t.Errorf("event %d is %v, want %v", i, got[i].Kind, want)
			}
		}
	})
}

func TestQueueKeepsTheNewestOfEqualEvents(t *testing.T) {
	whileNobodyReads(t, func(t *testing.T, q *queue) {
		for range 10_000 {
			q.put(Event{Kind: Locked, Session: "c1"})
			q.put(Event{Kind: Unlocked, Session: "c1"})
		}
		got := drain(q, 3)
		if got[1].Kind != Locked || got[2].Kind != Unlocked {
			t.Errorf("got %v, want locked, unlocked: the last word counts", got[1:])
		}
	})
}

func TestQueueForgetsNoLockAndNoSleepWhenNobodyReads(t *testing.T) {
	whileNobodyReads(t, func(t *testing.T, q *queue) {
		q.put(Event{Kind: Locked, Session: "first"})
		q.put(Event{Kind: Appeared})
		q.put(Event{Kind: Sleep, Done: func() {}})
		for i := range 5 * queueLimit {
			q.put(Event{Kind: Ended, Session: strconv.Itoa(i)})
		}
		got := drain(q, queueLimit+1)
		if got[1].Session != "first" || got[2].Kind != Appeared || got[3].Kind != Sleep {
			t.Errorf("after the event that was held: %v", got[1:4])
		}
		if last := got[len(got)-1]; last.Session != strconv.Itoa(5*queueLimit-1) {
			t.Errorf("the last one is %v", last)
		}
	})
}

func TestQueueForgetsNoLockEvenWhenThereAreTooMany(t *testing.T) {
	whileNobodyReads(t, func(t *testing.T, q *queue) {
		for i := range queueLimit + 10 {
			q.put(Event{Kind: Locked, Session: strconv.Itoa(i)})
		}
		got := drain(q, queueLimit+11)
		if last := got[len(got)-1]; got[1].Session != "0" || last.Session != strconv.Itoa(queueLimit+9) {
			t.Errorf("from %v to %v", got[1], last)
		}
	})
}

func TestTwoSleepsThatWaitAreLetGoTogether(t *testing.T) {
	whileNobodyReads(t, func(t *testing.T, q *queue) {
		var done []int
		q.put(Event{Kind: Sleep, Done: func() { done = append(done, 1) }})
		q.put(Event{Kind: Sleep, Done: func() { done = append(done, 2) }})
		drain(q, 2)[1].Done()
		if !slices.Equal(done, []int{1, 2}) {
			t.Errorf("done: %v", done)
		}
	})
}

func TestACloseLetsEverySleepGo(t *testing.T) {
	q := newQueue()
	var done int
	q.put(Event{Kind: Sleep, Done: func() { done++ }})
	q.close()
	q.close()
	q.put(Event{Kind: Sleep, Done: func() { done++ }})
	if done != 2 {
		t.Errorf("%d of 2 sleeps were let go", done)
	}
}
