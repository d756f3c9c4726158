package main

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/dialog"
	"siths-agent/ui/model"
)

func TestAPINGoesToTheServiceOnceAndIsWiped(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5)).start()
	o := opens(t, a, model.Page{})
	o.waits(t, model.PIN)
	o.types(map[model.FieldKind]string{model.FieldPIN: "482913"})
	o.does(model.DoSubmit)
	o.waits(t, model.Verifying)
	a.tells(anna(apitype.Unlocked, 5))
	o.waits(t, model.Unlocked)
	o.ends(t)
	if got := a.came(); !slices.Equal(got, []string{"/v1/pin 5 482913"}) {
		t.Errorf("%q came", got)
	}
	o.leavesNothing(t)
}

func TestANewCodeIsSentOnlyWhenItWasTypedTwiceAlike(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5)).start()
	o := opens(t, a, model.Page{Kind: model.Change})
	o.waits(t, model.Change)
	for _, again := range []string{"739104", "", "730"} {
		o.types(map[model.FieldKind]string{model.FieldPIN: "482913", model.FieldNew: "730194", model.FieldTwo: again})
		o.waits(t, model.Change)
	}
	for _, then := range []model.ID{model.Change, model.Changed} { // one that is easy to guess is said to be, and taken the second time
		o.types(map[model.FieldKind]string{model.FieldPIN: "482913", model.FieldNew: "123456", model.FieldTwo: "123456"})
		o.waits(t, then)
	}
	if got := a.came(); !slices.Equal(got, []string{"/v1/card/pin/change 5 482913 123456"}) {
		t.Errorf("%q came", got)
	}
	o.does(model.DoClose)
	o.ends(t)
	o.leavesNothing(t)
}

// leavesNothing wants everything that was taken to be wiped, sent or not.
func (o *opened) leavesNothing(t *testing.T) {
	t.Helper()
	for _, code := range o.taken {
		if !bytes.Equal(code, make([]byte, len(code))) {
			t.Errorf("%q is left", code)
		}
	}
}

func TestAServiceThatIsNotThereIsToldOfAndSeenWhenItComes(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5))
	o := opens(t, a, model.Page{})
	if _, before := o.waits(t, "no-service"); len(before) > 0 {
		t.Errorf("first it shows %v", before)
	}
	a.start()
	o.waits(t, model.PIN)
	a.stop()
	o.waits(t, "no-service")
	_ = os.Remove(a.socket)
	a.start()
	o.waits(t, model.PIN)
	o.does(model.DoCancel)
	o.ends(t)
}

func TestASilentServiceKeepsNoWindowAway(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5))
	a.mute = true
	o := opens(t, a.start(), model.Page{})
	begun := time.Now()
	o.waits(t, model.Reading)
	o.waits(t, "no-service")
	if lasted := time.Since(begun); lasted < silence/2 {
		t.Errorf("it was lost after %v", lasted)
	}
	o.does(model.DoClose)
	o.ends(t)
}

func TestAWatcherThatIsCutOffHasNotLostTheService(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5))
	a.cutOff = true
	o := opens(t, a.start(), model.Page{})
	o.waits(t, model.PIN)
	for range 3 {
		a.tells(anna(apitype.NeedPIN, 5, apitype.PINWrong))
		if _, before := o.waits(t, model.WrongPIN); len(before) > 0 {
			t.Errorf("there was %v", before)
		}
		a.tells(anna(apitype.NeedPIN, 5))
		o.waits(t, model.PIN)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.watches < 6 || a.watches > 200 {
		t.Errorf("it watched %d times", a.watches)
	}
}

func TestARefusedOrFailedCodeIsToldOf(t *testing.T) {
	t.Parallel()
	denied, slow := newAgent(t, anna(apitype.NeedPIN, 5)), newAgent(t, anna(apitype.NeedPIN, 5))
	denied.deny = true
	slow.answer = apitype.PINResult{Problem: new(health.Problem(apitype.CertRevoked, "7F3A"))}
	for want, a := range map[model.ID]*agent{"wrong-session": denied, "revoked": slow} {
		o := opens(t, a.start(), model.Page{Kind: model.PIN})
		o.waits(t, model.PIN)
		o.types(map[model.FieldKind]string{model.FieldPIN: "482913"})
		o.waits(t, want)
		o.does(model.DoClose)
		o.ends(t)
	}
}

func TestTheNextFaceShowsWhatTheFirstCannot(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5)).start()
	blind := func(bool) dialog.Face { return &hand{noScreen: true, fields: map[model.FieldKind][]byte{}} }
	o := opens(t, a, model.Page{}, blind, blind)
	o.waits(t, model.PIN)
	o.types(map[model.FieldKind]string{model.FieldPIN: "482913"})
	o.waits(t, model.Verifying)
	o.does(model.DoCancel)
	o.ends(t)
	w := newWindow(options{socket: a.socket}, nil)
	w.begin("sv", model.Page{})
	if err := w.run(t.Context(), []maker{blind}); !errors.Is(err, dialog.ErrNoScreen) {
		t.Errorf("without any: %v", err)
	}
}

func TestAFaceThatDoesNotCloseItsWindowIsLeft(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5)).start()
	o := opens(t, a, model.Page{})
	o.waits(t, model.PIN)
	o.stays = true
	o.does(model.DoCancel)
	begun := time.Now()
	select {
	case code := <-o.left:
		if lasted := time.Since(begun); code != exitDone || lasted > endTime+time.Second {
			t.Errorf("with %d after %v", code, lasted)
		}
	case <-time.After(patience):
		t.Fatal("it is not left")
	}
}

func TestTheMachineIsLookedAtAndTheTicketCopied(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5)).start()
	o := opens(t, a, model.Page{Kind: model.Diagnostics})
	for {
		if s, _ := o.waits(t, model.Diagnostics); len(s.Rows) > 0 {
			break
		}
	}
	o.does(model.DoCopy)
	o.does(model.DoPreview)
	if s, _ := o.waits(t, model.Bundle); len(s.Rows) < 3 {
		t.Errorf("%+v", s.Rows)
	}
	o.mu.Lock()
	if o.copied == "" {
		t.Error("nothing was copied")
	}
	o.mu.Unlock()
	o.does(model.DoCancel)
	o.waits(t, model.Diagnostics)
	o.does(model.DoClose)
	o.ends(t)
}

func TestAFloodOfStatesLeavesTheNewest(t *testing.T) {
	b := newInbox()
	for n := range uint64(10000) {
		b.put(dialog.Told{Snapshot: apitype.Snapshot{Rev: n}})
	}
	b.put(dialog.Said{Typing: true})
	b.put(dialog.Told{})
	all := b.take()
	if len(all) != 3 || all[0].Event.(dialog.Told).Snapshot.Rev != 9999 {
		t.Errorf("%d are left", len(all))
	}
}

func TestThePolicyOfPastingReachesTheFace(t *testing.T) {
	t.Parallel()
	for _, may := range []bool{false, true} {
		s := anna(apitype.NeedPIN, 5)
		if may {
			s.UI = &apitype.UI{PINPaste: true}
		}
		told := make(chan bool, 1)
		o := opens(t, newAgent(t, s).start(), model.Page{}, func(paste bool) dialog.Face {
			told <- paste
			return &hand{noScreen: true}
		})
		o.waits(t, model.PIN)
		if got := <-told; got != may {
			t.Errorf("allowed: %v, told: %v", may, got)
		}
		o.does(model.DoCancel)
		o.ends(t)
	}
}

func TestACodeThatTheServiceSitsOnIsTakenBackWithEscape(t *testing.T) {
	t.Parallel()
	a := newAgent(t, anna(apitype.NeedPIN, 5))
	a.sits = make(chan struct{})
	o := opens(t, a.start(), model.Page{})
	o.waits(t, model.PIN)
	o.types(map[model.FieldKind]string{model.FieldPIN: "482913"})
	o.waits(t, model.Verifying)
	if !o.w.ask(t.Context(), model.Page{Kind: model.About}) {
		t.Error("another page is not going to be shown")
	}
	<-a.sits
	o.does(model.DoCancel)
	o.waits(t, model.About)
	select {
	case <-a.sits:
	case <-time.After(patience):
		t.Error("the service still has a listener")
	}
	o.does(model.DoClose)
	o.ends(t)
}

func TestAWindowThatHasEndedShowsNoFurtherPage(t *testing.T) {
	w := newWindow(options{}, nil)
	w.begin("sv", model.Page{})
	w.inbox.put(dialog.Said{Do: model.DoCancel})
	w.handle(t.Context())
	<-w.inbox.ready
	shows := make(chan bool)
	go func() { shows <- w.ask(t.Context(), model.Page{Kind: model.About}) }()
	<-w.inbox.ready
	w.handle(t.Context())
	if <-shows {
		t.Error("it says that it does")
	}
}
