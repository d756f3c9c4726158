package model

import (
	"strconv"

	"siths-agent/agent/apitype"
	"siths-agent/ui/text"
)

// Page is what a person has opened, or how far a conversation has come that no snapshot tells of.
type Page struct {
	Kind    ID               // PIN, PINPad, CardKnown, Systems, Diagnostics, Bundle, Saved, About, Licences, Managed, Upgraded, Change, Unblock or Changed
	Sign    bool             // of Change, Unblock and Changed: the code for signatures
	Puk     bool             // of Changed: it was done with the PUK
	Agreed  bool             // the person has said yes to spending the last try
	Problem *apitype.Problem // of Change and Unblock: what became of what was typed before
	Tries   *int             // with Problem: left of the code that was wrong, where the card tells
	Differ  bool             // the new code was not typed twice alike
	Easy    bool             // the new code is one that a stranger tries first
	Seconds int              // of PINPad: that the reader waits
	Copied  bool             // of Diagnostics: the text for the ticket can be pasted
	Rows    []Row            // of Diagnostics, Bundle, Saved and Licences; none in Diagnostics: the look at the machine has not ended
}

// longCell is how long one cell of a page may be, and mostRows how many rows one has.
const (
	longCell = 200
	mostRows = 200
)

// Open returns the screen of a page. One that does not go with the snapshot (a code of a card that is gone) is the screen
// of the snapshot instead.
func Open(s apitype.Snapshot, l text.Lang, p Page) Screen {
	v := look(s, l)
	screen := v.page(p)
	screen.Tray, screen.Window = look(s, l).tray(View(s, l)), v.say(text.ScreenTray, screen.Title)
	return screen
}

func (v *view) page(p Page) Screen {
	switch p.Kind {
	case PIN, PINPad, Change, Unblock:
		if v.takes(p.Kind) {
			return v.coded(p)
		}
	case CardKnown:
		return v.cardPage()
	case Systems:
		return v.systemsPage()
	case Diagnostics, Bundle, Saved, Licences:
		return v.listed(p)
	case About, Upgraded:
		return v.versioned(p.Kind)
	case Managed:
		return v.info(Managed, text.ScreenManaged, text.ScreenManagedHow)
	case Changed:
		return v.changed(p)
	}
	return v.main()
}

// takes says whether the card that is in can be given the code of a page now.
func (v *view) takes(kind ID) bool {
	switch v.Phase {
	case apitype.NeedPIN, apitype.Locked:
		return mayAsk(v.Snapshot)
	case apitype.Unlocked:
		return mayAsk(v.Snapshot) && (kind == Change || kind == Unblock)
	case apitype.Refused:
		return mayAsk(v.Snapshot) && kind == Unblock
	case apitype.Verifying:
		return mayAsk(v.Snapshot) && kind == PINPad // the reader waits for its keys
	}
	return false
}

// willTake is takes, also for as long as the card still works on what was typed last, and is read anew after it, when its
// holder has no name yet: a page that tells how that went stays as it is when the card has come to rest.
func (v *view) willTake(kind ID) bool {
	switch v.Phase {
	case apitype.Verifying:
		return mayAsk(v.Snapshot)
	case apitype.Reading:
		return v.Card != nil
	}
	return v.takes(kind)
}

// coded are the pages on which a code is typed.
func (v *view) coded(p Page) Screen {
	switch p.Kind {
	case PIN:
		return v.pin(p.Agreed)
	case PINPad:
		return v.pinPad(p)
	case Change:
		return v.change(p)
	}
	return v.unblock(p)
}

func (v *view) info(id ID, title, how text.ScreenWord) Screen {
	return Screen{ID: id, Title: v.say(title), Body: []string{v.say(how)}, Icon: IconInfo, Severity: apitype.Info, Buttons: v.close()}
}

// pinPad sends the person to the keys of the reader. The last try is agreed to here all the same.
func (v *view) pinPad(p Page) Screen {
	s := v.pin(p.Agreed)
	if s.Ask != AskPIN {
		return s
	}
	s.ID, s.Title, s.Ask, s.Fields = PINPad, v.say(text.ScreenPINPad), AskPINPad, nil
	s.Body = append(v.counted(s.Tries), v.say(text.ScreenPINPadHow))
	if p.Seconds > 0 {
		s.Body = append(s.Body, v.say(text.ScreenPINPadLeft, p.Seconds))
	}
	s.Buttons = []Button{v.button(DoCancel, text.ScreenButtonCancel).asDefault().asCancel()}
	return s
}

// cardPage tells whose card is in, and how long and for what it is good.
func (v *view) cardPage() Screen {
	if !mayAsk(v.Snapshot) {
		return v.info(CardKnown, text.ScreenTrayCard, text.ScreenNoHolder)
	}
	s := v.info(CardKnown, text.ScreenTrayCard, text.ScreenCardHow)
	if named := v.named(); named != nil {
		s.Title = named[0]
	}
	s.Icon, s.Rows = IconCard, append(v.holderRows(), v.cardRows()...)
	if v.canChange() {
		s.Buttons = append([]Button{v.button(DoChange, text.ScreenButtonChange)}, s.Buttons...)
	}
	return s
}

func (v *view) holderRows() []Row {
	h := v.Holder
	var t rows
	t.add(text.Ctl(v.lang, text.CtlHolder), h.Name)
	t.add(text.Ctl(v.lang, text.CtlHSAID), h.HSAID)
	t.add(text.Ctl(v.lang, text.CtlOrg), h.Org)
	t.add(text.Ctl(v.lang, text.CtlAccount), h.Account)
	if h.LoA > 0 {
		t.add(text.Ctl(v.lang, text.CtlLoA), strconv.Itoa(h.LoA))
	}
	t.add(text.Ctl(v.lang, text.CtlCarrier), text.Carrier(v.lang, h.Carrier))
	if !h.NotAfter.IsZero() {
		t.add(text.Ctl(v.lang, text.CtlNotAfter), date(h.NotAfter))
	}
	if h.Revocation != nil {
		t.add(text.Ctl(v.lang, text.CtlRevocation), text.Revocation(v.lang, h.Revocation.Result))
	}
	return t
}

func (v *view) cardRows() []Row {
	var t rows
	t.add(text.Ctl(v.lang, text.CtlCard), v.Card.Number)
	t.add(text.Ctl(v.lang, text.CtlCardKind), v.Card.Kind)
	t.add(text.Ctl(v.lang, text.CtlProduct), v.Card.Product)
	for _, code := range []struct {
		sign bool
		word text.CtlWord
	}{{false, text.CtlTries}, {true, text.CtlSignTries}} {
		if n := v.tries(code.sign); n != nil {
			t.add(text.Ctl(v.lang, code.word), strconv.Itoa(*n))
		}
	}
	return t
}

// rows is a table that grows. What is not known is left out.
type rows []Row

func (t *rows) add(label, value string) {
	if value = clean(value, longCell); value != "" {
		*t = append(*t, Row{Label: label, Value: value})
	}
}

func (v *view) systemsPage() Screen {
	how := text.ScreenSystemsHow
	if len(v.Systems) == 0 {
		how = text.ScreenNoSystems
	}
	s := v.info(Systems, text.ScreenSystems, how)
	s.Icon, s.Rows = IconSystems, v.systemRows()
	return s
}

// listed are the pages whose rows the diagnosis brings.
func (v *view) listed(p Page) Screen {
	s := v.list(p)
	if p.Kind != Licences {
		s.Icon = IconDiagnose
	}
	for _, r := range p.Rows[:min(mostRows, len(p.Rows))] {
		row := Row{Label: clean(r.Label, longCell), Value: clean(r.Value, longCell), Severity: r.Severity}
		if p.Kind == Saved && row.Label == "" {
			row.Label = v.say(text.ScreenFile)
		}
		if s.Rows = append(s.Rows, row); row.Severity != "" {
			s.Severity = louder(s.Severity, row.Severity)
		}
	}
	return s
}

// list is what stands around the rows.
func (v *view) list(p Page) Screen {
	switch {
	case p.Kind == Bundle:
		s := v.info(Bundle, text.ScreenBundle, text.ScreenBundleHow)
		s.Ask = AskSave
		s.Buttons = []Button{v.button(DoSave, text.ScreenButtonSave), v.button(DoCancel, text.ScreenButtonCancel).asDefault().asCancel()}
		return s
	case p.Kind == Licences:
		return v.info(Licences, text.ScreenButtonLicences, text.ScreenLicencesHow)
	case p.Kind == Saved && p.Problem != nil:
		s := v.info(Saved, text.ScreenNotSaved, text.ScreenNotSavedHow)
		s.Severity = apitype.Error
		return s
	case p.Kind == Saved:
		return v.info(Saved, text.ScreenSaved, text.ScreenSavedHow)
	case len(p.Rows) == 0:
		return v.info(Diagnostics, text.ScreenDiagnostics, text.ScreenDiagnosing)
	}
	how := text.ScreenDiagnosticsHow
	if p.Copied {
		how = text.ScreenCopied
	}
	s := v.info(Diagnostics, text.ScreenDiagnostics, how)
	s.Buttons = append([]Button{v.button(DoCopy, text.ScreenButtonCopy), v.button(DoPreview, text.ScreenButtonPreview)}, s.Buttons...)
	return s
}

// versioned are the pages that name the service's version.
func (v *view) versioned(id ID) Screen {
	s := v.info(About, text.ScreenAbout, text.ScreenAboutHow)
	if id == Upgraded {
		s = v.info(Upgraded, text.ScreenUpgraded, text.ScreenUpgradedHow)
	} else {
		s.Buttons = append([]Button{v.button(DoLicences, text.ScreenButtonLicences)}, s.Buttons...)
	}
	var t rows
	t.add(v.say(text.ScreenVersion), v.Agent.Version)
	s.Rows = t
	return s
}
