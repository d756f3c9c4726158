package model_test

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func TestAnInterruptedScreenKeepsWhatIsTypedOnAndSaysWhy(t *testing.T) {
	t.Parallel()
	for _, l := range langs() {
		typed := model.View(scenes.Anna(apitype.NeedPIN), l)
		for title, now := range map[string]apitype.Snapshot{
			text.Screen(l, text.ScreenPulled):                  scenes.With(scenes.Empty(apitype.NoCard), scenes.LocksIn(10)),
			text.Screen(l, text.ScreenSwapped):                 scenes.Bare(apitype.NeedPIN),
			text.Problem(l, apitype.AgentUnreachable).Headline: model.Unreachable(),
		} {
			s := model.Interrupted(now, l, typed)
			sound(t, s)
			if s.Title != title || len(s.Fields) != 1 || s.Fields[0] != typed.Fields[0] || len(s.Buttons) != len(typed.Buttons) || s.Severity != apitype.Warning {
				t.Errorf("%+v", s)
			}
		}
	}
}
