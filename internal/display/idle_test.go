package display

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestAServerTellsWhenItWasUsedLast(t *testing.T) {
	const major = 144
	s := &server{Reader: strings.NewReader(event() + reply(0, 1|major<<8, 0, "") + reply(0, 0, 250, ""))}
	if d, err := idle(s, setup(77)); err != nil || d != 250*time.Millisecond {
		t.Errorf("%s: %v", d, err)
	}
	s = &server{Reader: strings.NewReader(reply(0, 0, 0, ""))}
	if _, err := idle(s, setup(77)); !errors.Is(err, errNoIdle) {
		t.Errorf("one without the extension: %v", err)
	}
	if _, err := Idle(t.Context(), func(string) string { return "desk.example:0" }); !errors.Is(err, ErrFar) {
		t.Errorf("another machine's: %v", err)
	}
}

func FuzzIdle(f *testing.F) {
	f.Add(setup(1), []byte(reply(0, 1, 0, "")+reply(0, 0, 9, "")))
	f.Fuzz(func(t *testing.T, setup, says []byte) {
		if d, err := idle(&server{Reader: bytes.NewReader(says)}, setup); d < 0 || err == nil && len(says) < 2*replySize {
			t.Errorf("%d bytes make %s", len(says), d)
		}
	})
}
