package resident

import (
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

func TestTheServiceIsMissedAfterAWhileAndOnce(t *testing.T) {
	p := play(Told{empty(apitype.NoCard)})
	notices(t, "it may be starting anew", p.then(Lost{}, Lost{}, Told{empty(apitype.NoCard)}, Lost{}, Lost{}))
	notices(t, "it is gone", p.then(Lost{}, Lost{}, Lost{}), Service)
	if n := only[Notify](p.did)[0].Notice; !n.Urgent || n.Title != text.Problem(text.SV, apitype.AgentUnreachable).Headline {
		t.Errorf("%+v", n)
	}
	did := p.then(Told{empty(apitype.NoCard)})
	if w := only[Withdraw](did); len(w) != 1 || w[0].Kind != Service {
		t.Errorf("it is back: %+v", did)
	}
	notices(t, "gone again", p.then(Lost{}, Lost{}, Lost{}))
	p.then(Told{anna(apitype.Verifying)}, Told{anna(apitype.Unlocked)})
	notices(t, "gone again after a login", p.then(Lost{}, Lost{}, Lost{}), Service)
}

func TestAReaderThatGoesAndComesIsToldOfOncePerLogin(t *testing.T) {
	there, gone := Told{empty(apitype.NoCard)}, Told{empty(apitype.NoReader, apitype.ReaderNone)}
	p := play(gone)
	notices(t, "there was none", p.did)
	notices(t, "it comes", p.then(there))
	notices(t, "it goes", p.then(gone, gone), Reader)
	notices(t, "it comes back", p.then(there, there), Reader)
	if n := only[Notify](p.did)[0].Notice; n.Title != text.ReaderBack(text.SV).Headline {
		t.Errorf("%+v", n)
	}
	notices(t, "a bad cable", p.then(gone, there, Told{with(anna(apitype.NeedPIN), inserted(18))}, gone, there, gone, there))
	p.then(Told{anna(apitype.Unlocked)}, WindowEnded{}, WindowEnded{})
	notices(t, "after a login", p.then(gone), Reader)
}

func TestAReaderThatWasPulledWithItsCardIsToldOfAfterTheCountdown(t *testing.T) {
	p := play(Told{anna(apitype.Unlocked)})
	notices(t, "counting", p.then(Told{with(empty(apitype.NoReader, apitype.ReaderNone), locksIn(3))}, WindowEnded{}))
	notices(t, "counted", p.then(Told{empty(apitype.NoReader, apitype.ReaderServiceDown)}), Reader)
	if n := only[Notify](p.did)[0].Notice; n.Title != text.Problem(text.SV, apitype.ReaderServiceDown).Headline {
		t.Errorf("%+v", n)
	}
}

func TestACardThatExpiresIsToldOfOnceADay(t *testing.T) {
	in := func(n uint64, left int) Event {
		return Told{with(with(anna(apitype.Unlocked, apitype.CertExpiresSoon), inserted(n)), days(left))}
	}
	p := play()
	notices(t, "the first time", p.then(in(1, 14), in(1, 14)), Expires)
	if n := only[Notify](p.did)[0].Notice; n.Title != text.Expires(text.SV, 14) || n.Urgent {
		t.Errorf("%+v", n)
	}
	notices(t, "the card is put in again", p.then(Told{empty(apitype.NoCard)}, in(2, 14)))
	notices(t, "the next day", p.then(in(2, 13)), Expires)
}

func TestAllThatIsToBeKnownOfACardIsTold(t *testing.T) {
	s := anna(apitype.Unlocked, apitype.CertExpiresSoon, apitype.NetworkDown)
	s.Holder.Carrier = "reserve"
	p := play(Told{s})
	notices(t, "three things", p.did, Offline, Expires, Reserve)
	notices(t, "an unsteady network", p.then(Told{anna(apitype.Unlocked)}, Told{s}))
	w := only[Withdraw](p.then(Told{empty(apitype.NoCard)}))
	if len(w) != 3 {
		t.Errorf("with the card they go: %+v", w)
	}
}

func TestLoginsAndLocksAreNotToldOf(t *testing.T) {
	p := play()
	for _, phase := range phases()[1:] {
		notices(t, string(phase), p.then(Told{anna(phase)}, WindowEnded{}))
	}
}

func TestWhatAWindowShowsIsNotToldTwice(t *testing.T) {
	open := Told{anna(apitype.Unlocked, apitype.CertExpiresSoon)}
	p := play(Told{anna(apitype.NeedPIN)})
	notices(t, "the window that asked", p.then(open, WindowEnded{}, open))
	p = play(Told{empty(apitype.NoCard)}, Chose{model.DoAbout})
	notices(t, "behind another page", p.then(open))
	notices(t, "when that is closed", p.then(WindowEnded{}), Expires)
}

func TestNothingIsToldToALockedDesktop(t *testing.T) {
	p := play(DesktopLocked{true}, Told{empty(apitype.NoCard)})
	notices(t, "locked", p.then(Told{empty(apitype.NoReader)}, Lost{}, Lost{}, Lost{}, Lost{}))
	notices(t, "unlocked", p.then(DesktopLocked{false}), Service)
}

func TestANoticeIsMadeOfWhatTellsOfNobody(t *testing.T) {
	secrets := []string{"Anna Test", "SE2321000131", "Skövde", "9469", "room 14"}
	for _, phase := range phases() {
		for _, s := range states(phase) {
			for _, page := range []model.ID{"", model.CardKnown} {
				got := model.Open(nameless(s), text.SV, model.Page{Kind: page})
				shown := strings.Join(got.Body, " ") + got.Title + got.Tray.Tooltip
				for _, r := range got.Rows {
					shown += r.Value
				}
				for _, secret := range secrets {
					if strings.Contains(shown, secret) {
						t.Errorf("%s: %s tells %q", phase, got.ID, secret)
					}
				}
			}
		}
	}
}

func TestANotificationLeadsToItsPage(t *testing.T) {
	for _, k := range Kinds() {
		if got := only[Open](play(Clicked{k}).did); len(got) != 1 || got[0].Page != pageOf(k) {
			t.Errorf("%d: %+v", k, got)
		}
	}
	if len(Kinds()) != int(kinds) {
		t.Errorf("%d of %d kinds are listed", len(Kinds()), kinds)
	}
}
