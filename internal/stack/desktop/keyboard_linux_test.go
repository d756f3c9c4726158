package desktop

import (
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
)

func TestWhoHoldsTheKeyboardIsNoticed(t *testing.T) {
	t.Parallel()
	d := Open(t, stacktest.New(t, stack.Options{}), Plan{NoManager: true})
	ours, root := d.dial()
	if held, err := isHeld(ours, root); err != nil || held {
		t.Errorf("held by nobody: %v, %v", held, err)
	}
	theirs, _ := d.dial()
	_, err := theirs.Write(grab(root))
	d.must(err)
	d.WaitHeld()
}
