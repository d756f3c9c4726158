// Package model decides, as a pure function of a snapshot, what the tray and the windows show: every word, button and icon.
package model

import (
	"time"

	"siths-agent/agent/apitype"
)

// Screen is all that a window or the tray shows for one state. Its texts are plain, of one line each, bounded, and free of
// what could steer the one that draws them; whoever draws into markup escapes them.
type Screen struct {
	ID       ID
	Title    string
	Window   string   // the name of the window, in the desktop's list of them
	Body     []string // sentences, the most important first
	Rows     []Row    // of pages that list something
	Ask      Ask
	Fields   []Field // in the order in which they are filled in
	Tries    *int    // left of what is asked first, where the card tells
	Buttons  []Button
	Icon     Icon
	Severity apitype.Severity

	LocksIn  int           // whole seconds until the desktop is locked; 0: no countdown
	Closes   time.Duration // after which it closes by itself; 0: it stays
	Later    *Later        // what is added when it lasts
	Question string        // of AskConsent, and of AskPIN where the code is the yes to it: which one
	Code     apitype.Code  // of the problem that it is about, for support
	Ref      string        // of that problem, in the service's log
	Tray     Tray
}

// ID names a screen: of golden pictures, and in helpdesk's notes. It is never shown.
type ID string

// The screens that are not about one problem alone. Those are named in problemIDs.
const (
	Reading      ID = "card-reading"
	PIN          ID = "pin"
	PINPad       ID = "pin-pinpad"
	PINFormat    ID = "pin-format"
	PINCancelled ID = "pin-cancelled"
	WrongPIN     ID = "wrong-pin"
	LastTry      ID = "last-try"
	Blocked      ID = "blocked"
	Verifying    ID = "verifying"
	Unlocked     ID = "unlocked"
	CertExpires  ID = "cert-expires"
	OfflineGrace ID = "offline-grace"
	ReserveCard  ID = "reserve-card"
	CardRemoved  ID = "card-removed"
	IdleLock     ID = "idle-lock"
	Other        ID = "locked-by-other"
	Unknown      ID = "unknown"
	// CardInterrupted is made by Interrupted alone.
	CardInterrupted ID = "card-interrupted"

	CardKnown   ID = "card-known"
	Systems     ID = "sso-list"
	Consent     ID = "sso-consent"
	ConsentPIN  ID = "sso-consent-pin"
	Diagnostics ID = "diagnostics"
	Bundle      ID = "bundle-preview"
	Saved       ID = "bundle-saved"
	About       ID = "about"
	Licences    ID = "licences"
	Managed     ID = "policy-managed"
	Upgraded    ID = "first-run"
	Change      ID = "pin-change"
	Unblock     ID = "puk"
	PUKLast     ID = "puk-last"
	PUKDead     ID = "puk-dead"
	Changed     ID = "pin-changed"
)

// Ask is what a screen wants of the person.
type Ask string

// What can be asked.
const (
	AskNothing Ask = ""
	AskPIN     Ask = "pin"
	AskPINPad  Ask = "pinpad"   // on the keys of the reader: nothing is typed here
	AskLastTry Ask = "last-try" // yes or no, before anything is typed
	AskChange  Ask = "change"   // the old code, and twice the new one
	AskUnblock Ask = "unblock"  // the PUK, and twice the new code
	AskSave    Ask = "save"     // yes or no, before a file is written
	AskConsent Ask = "consent"  // yes or no, before a program uses the card
)

// Field is one secret that a person types.
type Field struct {
	Kind  FieldKind
	Label string
}

// FieldKind tells what a field takes.
type FieldKind string

// The kinds of fields.
const (
	FieldPIN FieldKind = "pin" // the code that the card has now
	FieldPUK FieldKind = "puk"
	FieldNew FieldKind = "new"
	FieldTwo FieldKind = "new-again"
)

// Row is one line of a page.
type Row struct {
	Label    string
	Value    string
	Severity apitype.Severity // empty: it is neither good nor bad
}

// Button is something that a person can choose.
type Button struct {
	ID      Do
	Label   string
	Default bool          // Enter chooses it
	Cancel  bool          // Esc chooses it, and so does closing the window
	After   time.Duration // it appears only then
}

// Do is what happens when a person chooses a button or an item of the menu.
type Do string

// What a person can do.
const (
	DoSubmit      Do = "submit" // hand over what was typed
	DoCancel      Do = "cancel"
	DoClose       Do = "close"
	DoTryAnyway   Do = "try-anyway" // agree to spend the last try: the same again, with Page.Agreed
	DoEnterPIN    Do = "enter-pin"
	DoChange      Do = "change"
	DoUnblock     Do = "unblock"
	DoLock        Do = "lock"
	DoCard        Do = "card"
	DoDiagnostics Do = "diagnostics"
	DoPreview     Do = "preview"
	DoCopy        Do = "copy"
	DoSave        Do = "save"
	DoAllow       Do = "allow" // let the program that asks use the card
	DoDeny        Do = "deny"
	DoAbout       Do = "about"
	DoLicences    Do = "licences"
)

// Icon names a shape. No two of them differ by colour alone.
type Icon string

// The icons.
const (
	IconOff      Icon = "off" // no service
	IconReader   Icon = "reader"
	IconCard     Icon = "card" // one is wanted
	IconWait     Icon = "wait"
	IconKey      Icon = "key" // a code is wanted
	IconOpen     Icon = "open-lock"
	IconShut     Icon = "shut-lock"
	IconWarning  Icon = "warning"
	IconError    Icon = "error"
	IconInfo     Icon = "info"
	IconTimer    Icon = "timer"
	IconSystems  Icon = "systems"
	IconDiagnose Icon = "diagnose"
)

// Later is a sentence that is added when a screen has been shown for a while.
type Later struct {
	After time.Duration
	Line  string
}

// Tray is what the icon in the panel shows.
type Tray struct {
	Icon     Icon
	Severity apitype.Severity
	Tooltip  string // at most 127 UTF-16 units: the szTip of NOTIFYICONDATAW (shellapi.h) holds 128 with its end
	Menu     []Item
}

// Item is one line of the tray's menu. One without Do only tells something.
type Item struct {
	Do      Do
	Label   string
	Enabled bool
	Items   []Item
}
