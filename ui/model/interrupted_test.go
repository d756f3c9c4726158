package model

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

func TestAnInterruptedScreenKeepsWhatIsTypedOnAndSaysWhy(t *testing.T) {
	t.Parallel()
	for _, l := range langs() {
		typed := View(anna(apitype.NeedPIN), l)
		for title, now := range map[string]apitype.Snapshot{
			text.Screen(l, text.ScreenPulled):                  with(empty(apitype.NoCard), locksIn(10)),
			text.Screen(l, text.ScreenSwapped):                 bare(apitype.NeedPIN),
			text.Problem(l, apitype.AgentUnreachable).Headline: Unreachable(),
		} {
			s := Interrupted(now, l, typed)
			sound(t, s)
			if s.Title != title || len(s.Fields) != 1 || s.Fields[0] != typed.Fields[0] || len(s.Buttons) != len(typed.Buttons) || s.Severity != apitype.Warning {
				t.Errorf("%+v", s)
			}
		}
	}
}
