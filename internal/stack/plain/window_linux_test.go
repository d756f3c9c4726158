package plain

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/workplace"
	"siths-agent/ui/model"
)

func TestWithoutOpenGLThePlainWindowTakesTheCodeAndNobodyElseHearsIt(t *testing.T) {
	w := open(t, noGL())
	n := w.d.Neighbour()
	card := w.InsertAnna()
	p := w.window()
	w.want(model.PIN)
	w.enter(wrongPIN)
	w.want(model.WrongPIN)
	w.d.WaitHeld()
	w.d.Focus(n.Window) // a click beside the window takes the keyboard from nobody
	w.enter(pin)
	w.AwaitPhase(apitype.Unlocked)
	w.ended(p)
	w.WantVerify(card, 2)
	w.wantUnheard(n)
}

func TestThePlainWindowIsShownToWhoAsksForIt(t *testing.T) {
	w := open(t, desktop.Plan{})
	w.InsertAnna()
	p := w.window("--plain")
	w.want(model.PIN)
	w.d.Key("Escape")
	w.ended(p)
	if s := w.Snapshot(); s.Phase != apitype.NeedPIN {
		t.Errorf("the phase is %s", s.Phase)
	}
}

func TestTheLastTryIsNotSpentByAHastyKey(t *testing.T) {
	for key, phase := range map[string]apitype.Phase{"Return": apitype.NeedPIN, "Escape": apitype.NeedPIN, "yes": apitype.Unlocked} {
		t.Run(key, func(t *testing.T) {
			w := open(t, noGL())
			card := w.Card(w.Issue(workplace.Anna()), stack.CardOptions{PIN: pin, Absent: true})
			w.Must(card.Tries(1))
			w.Must(card.Insert())
			w.AwaitPhase(apitype.NeedPIN)
			p := w.window()
			w.want(model.LastTry)
			if key == "yes" {
				w.d.Key("Tab", "space")
				w.wantPage(model.Page{Kind: model.PIN, Agreed: true})
				w.enter(pin)
			} else {
				w.d.Key(key)
			}
			w.ended(p)
			w.AwaitPhase(phase)
		})
	}
}

func TestACodeIsChangedInThePlainWindow(t *testing.T) {
	w := open(t, noGL())
	n := w.d.Neighbour()
	w.InsertAnna()
	p := w.window("--page", "change")
	w.wantPage(model.Page{Kind: model.Change})
	old := w.d.ActiveWindow()
	w.enter(pin)
	w.d.Await("the window for the new code", func() bool {
		now := w.d.ActiveWindow()
		return now.Title == old.Title && now.ID != old.ID
	})
	w.enter(newPIN)
	w.enter(newPIN)
	w.wantPage(model.Page{Kind: model.Changed})
	w.d.Key("Return")
	w.ended(p)
	if r := w.Give(newPIN, false); !r.OK {
		t.Errorf("the new code: %+v", r.Problem)
	}
	w.wantUnheard(n)
}

func TestDigitsTypedForACardThatIsPulledGoNowhere(t *testing.T) {
	w := open(t, noGL())
	n := w.d.Neighbour()
	card := w.InsertAnna()
	p := w.window()
	w.want(model.PIN)
	w.d.Type(pin[:3])
	w.Must(card.Remove())
	w.AwaitPhase(apitype.NoCard)
	w.enter(pin[3:])
	w.ended(p)
	w.WantVerify(card, 0)
	w.wantUnheard(n)
}

func TestNoPinentryOutlivesItsWindow(t *testing.T) {
	w := open(t, noGL())
	w.InsertAnna()
	p := w.window()
	w.want(model.PIN)
	p.Kill()
	<-p.Done()
	w.d.WaitNoWindow("(?i)pinentry")
}

func TestWithoutADisplayTheProgramSaysSoAndEnds(t *testing.T) {
	w := open(t, noGL())
	r := w.Run(stack.Cmd{Path: w.program(), Args: []string{"--socket", w.Service.Socket()}, As: "anna"})
	if r.Code != 1 || r.Stdout != "" || len(r.Stderr) > 600 {
		t.Errorf("it ended with %d: %s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// program is where the program under test is.
func (w *world) program() string {
	w.t.Helper()
	path, err := w.Program("siths-window")
	w.Must(err)
	return path
}
