package diag

import (
	"encoding/json"
	"strconv"
	"time"
)

// Label says what a Fact is about.
type Label string

// The labels.
const (
	Version     Label = "version"      // of the service
	AskedBy     Label = "asked-by"     // version of the program that asks
	Uptime      Label = "uptime"       // of the service
	Process     Label = "process"      // whether the service's program runs
	Socket      Label = "socket"       // whether its socket is there
	Reader      Label = "reader"       // known words of its name
	ReaderCount Label = "usb-readers"  // card readers on USB
	USBDevice   Label = "usb-device"   // what one of them is, and its firmware
	ATR         Label = "atr"          // hex
	Kind        Label = "kind"         // of the card
	CardNumber  Label = "card-number"  // its last four characters
	Module      Label = "module"       // a known PKCS#11 module
	ModuleCount Label = "modules"      // how many of policy's modules are there
	Holder      Label = "hsa-id"       // of the holder
	Level       Label = "level"        // of assurance
	Carrier     Label = "carrier"      // "card", "reserve" or "mobile"
	DaysLeft    Label = "days-left"    // of the certificate
	Tries       Label = "tries"        // left of the PIN
	SignTries   Label = "sign-tries"   // left of the PIN for signatures
	Revocation  Label = "revocation"   // the last answer
	Source      Label = "source"       // who gave it
	Age         Label = "age"          // of it
	Kept        Label = "synchronised" // whether somebody keeps the clock
	Addresses   Label = "addresses"    // how many the machine has on networks
	Ready       Label = "ready"        // systems that are
	NotReady    Label = "not-ready"    // systems that are not
	System      Label = "system"       // the number of one as "sithsctl sso list" shows them, its kind, state, code and reason
	Door        Label = "installed"    // whether what login screens load is there
	Ways        Label = "login-ways"   // how many ways to log in ask for the card
	Mistakes    Label = "mistakes"     // in policy
	Key         Label = "key"          // of policy
	Line        Label = "line"         // in a policy file
	Rival       Label = "program"      // a known program that wants cards too
	Event       Label = "event"        // time, event, code, reference
	Reference   Label = "reference"    // the same in the service's log
)

// Fact is one thing that is known, in a form that its Label allows. Only this package makes facts, and each goes through admit.
type Fact struct {
	label   Label
	text    string
	refused bool // there was something, and it did not look as it should
}

// What is the label.
func (f Fact) What() Label { return f.label }

// String is the fact itself.
func (f Fact) String() string { return f.text }

// MarshalJSON writes {"what":"tries","is":"3"}.
func (f Fact) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		What Label  `json:"what"`
		Is   string `json:"is"`
	}{f.label, f.text})
}

// say makes a fact of text that others wrote; without text there is none.
func say(l Label, raw string) Fact {
	if raw == "" {
		return Fact{}
	}
	text := admit(l, raw)
	return Fact{label: l, text: text, refused: text == ""}
}

// count makes a fact of a number. What is too large to be one is not told.
func count(l Label, n int) Fact { return say(l, strconv.Itoa(n)) }

// lasting makes a fact of a time span, in whole minutes from a minute on.
func lasting(l Label, d time.Duration) Fact {
	unit := time.Second
	if d >= time.Minute {
		unit = time.Minute
	}
	return say(l, max(d, 0).Truncate(unit).String())
}

func yesNo(l Label, yes bool) Fact {
	if yes {
		return say(l, "yes")
	}
	return say(l, "no")
}
