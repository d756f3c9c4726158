package resident

import (
	"testing"

	"siths-agent/agent/apitype"
)

func asks(id string) Event {
	return Told{with(anna(apitype.Unlocked), func(s *apitype.Snapshot) {
		s.Consent = &apitype.Consent{ID: id, Program: "/usr/bin/ssh", Systems: []string{"Lifecare"}}
	})}
}

func TestAWindowOpensOnceForEachQuestion(t *testing.T) {
	open := Told{anna(apitype.Unlocked)}
	p := play(open)
	opens(t, "a program asks", p.then(asks("q1"), asks("q1")), 1)
	opens(t, "the window was closed", p.then(WindowEnded{}, asks("q1")), 0)
	opens(t, "another program asks", p.then(asks("q2")), 1)
	opens(t, "a third one does while the window is open", p.then(asks("q3")), 0)
	opens(t, "nobody does", p.then(open, WindowEnded{}), 0)
	p.then(asks("q5"))
	opens(t, "the window ends before it has shown the next one", p.then(asks("q6"), WindowEnded{}), 1)
	opens(t, "and that one was closed", p.then(WindowEnded{}, open), 0)
	opens(t, "a locked desktop is asked nothing", p.then(DesktopLocked{true}, asks("q4")), 0)
	opens(t, "and is asked when it is open", p.then(DesktopLocked{false}), 1)
}
