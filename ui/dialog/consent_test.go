package dialog

import (
	"slices"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// asked is the state while a program asks for Anna's card.
func asked(id string, code bool) apitype.Snapshot {
	s := anna(apitype.Unlocked, 17)
	s.Consent = &apitype.Consent{ID: id, Program: "/usr/bin/ssh", Systems: []string{"Lifecare"}, PIN: code}
	return s
}

func TestAQuestionIsAnsweredByAButtonOnceAndTheWindowGoes(t *testing.T) {
	for do, allow := range map[model.Do]bool{model.DoAllow: true, model.DoDeny: false} {
		k := begin(t, model.Page{}, Told{asked("q1", false)}).shows(model.Consent)
		k.on(Said{Do: do})
		if !slices.Contains(k.last, Effect(Reply{"q1", allow})) {
			t.Errorf("%s does %v", do, k.last)
		}
		k.shows(model.Unlocked).on(Said{Do: do}, Told{asked("q1", false)}).shows(model.Unlocked)
		if slices.ContainsFunc(k.last, func(e Effect) bool { _, is := e.(Reply); return is }) {
			t.Error("it was answered twice")
		}
		if !k.wakes().Ended() {
			t.Error("the window stays")
		}
	}
}

func TestAnotherQuestionIsAskedAfterTheFirst(t *testing.T) {
	k := begin(t, model.Page{}, Told{asked("q1", false)}, Said{Do: model.DoAllow}, Told{asked("q2", false)}).shows(model.Consent)
	if k.on(Said{Do: model.DoDeny}); !slices.Contains(k.last, Effect(Reply{"q2", false})) {
		t.Errorf("it does %v", k.last)
	}
}

func TestEnterIsANoAndEscIsToo(t *testing.T) {
	for _, b := range begin(t, model.Page{}, Told{asked("q1", false)}).Screen().Buttons {
		if (b.Default || b.Cancel) != (b.ID == model.DoDeny) {
			t.Errorf("%+v", b)
		}
	}
}

func TestTheCodeGoesWithTheQuestionThatItIsTheYesTo(t *testing.T) {
	k := begin(t, model.Page{}, Told{asked("q1", true)}).shows(model.ConsentPIN)
	k.on(Said{Typing: true}, Said{Do: model.DoSubmit, Typing: true}).shows(model.Verifying)
	if !slices.Contains(k.last, Effect(Send{Kind: model.PIN, Insertion: 17, Consent: "q1"})) {
		t.Errorf("it does %v", k.last)
	}
	k.on(Answered{Sent: true, Result: apitype.PINResult{OK: true}}).shows(model.Unlocked)
	k = begin(t, model.Page{}, Told{asked("q1", true)}, Said{Typing: true}, Said{Do: model.DoDeny, Typing: true}).shows(model.Unlocked)
	if !slices.Contains(k.last, Effect(Wipe{})) || !slices.Contains(k.last, Effect(Reply{"q1", false})) {
		t.Errorf("a no does %v", k.last)
	}
}

func TestACodeForOneQuestionIsNoYesToAnother(t *testing.T) {
	k := begin(t, model.Page{}, Told{asked("q1", true)}, Said{Typing: true}, Told{asked("q2", true)})
	k.on(Said{Do: model.DoSubmit, Typing: true})
	for _, e := range k.last {
		if s, is := e.(Send); is && s.Consent == "q2" {
			t.Errorf("what was typed for the first question is sent for the second: %+v", s)
		}
	}
}
