package agent

import (
	"testing"

	"siths-agent/agent/unlock"
)

func TestASessionThatMayHaveBegunIsToldOf(t *testing.T) {
	told := 0
	inPlanned(t, func(w *world) { w.a.parts.Began = func() { told++ } }, func(w *world) {
		w.happen(unlock.Began, "c7")
		w.happen(unlock.Appeared, "")
		w.happen(unlock.Ended, "c7")
		if n := w.count(func() int { return told }); n != 2 {
			t.Errorf("told %d times", n)
		}
	})
}
