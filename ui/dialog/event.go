package dialog

import (
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// Event is something that has happened: one of the types below, or a Said.
type Event interface{ event() }

// Told is the service's state.
type Told struct{ Snapshot apitype.Snapshot }

// Lost says that the service does not answer.
type Lost struct{}

// Answered is what became of the codes of a Send. Of what was not sent at all, Sent is false.
type Answered struct {
	Sent   bool
	Result apitype.PINResult // with the problem of whatever failed; a call that failed has one too
	Differ bool              // not sent: the new code was not typed twice alike
	Easy   bool              // not sent: the new code is one that a stranger tries first
}

// Diagnosed is what was found at the machine.
type Diagnosed struct{ Rows []model.Row }

// Packed is what a bundle for support would hold; none: it could not be made.
type Packed struct{ Rows []model.Row }

// Copied says that the text for the ticket can be pasted.
type Copied struct{}

// Saved says where the bundle is; empty: it could not be saved.
type Saved struct{ Path string }

// Asked is a page that somebody wants to see in the window that is open: the tray, or another start of the program.
type Asked struct{ Page model.Page }

// Woke says that the time of a Wake is over.
type Woke struct{ N int }

func (Said) event()      {}
func (Told) event()      {}
func (Lost) event()      {}
func (Answered) event()  {}
func (Diagnosed) event() {}
func (Packed) event()    {}
func (Copied) event()    {}
func (Saved) event()     {}
func (Asked) event()     {}
func (Woke) event()      {}

// Effect is something to do, in the order in which Step returns it: one of the types below.
type Effect interface{ effect() }

// Show replaces the screen.
type Show struct{ Screen model.Screen }

// Raise brings the window to the front, with the keyboard.
type Raise struct{}

// Send takes what is typed in the fields and hands it to the service, once. It is answered by an Answered. What is not
// complete, or differs, is not sent.
type Send struct {
	Kind      model.ID // model.PIN, model.Change or model.Unblock
	Sign      bool     // of Change and Unblock: the code for signatures
	Insertion uint64   // that the code was typed for
	LastTry   bool     // the person has said yes to spending the last try
	Consent   string   // of PIN: the question to which the code is the yes
	EvenEasy  bool     // the person has been told that the new code is easy to guess
}

// Abandon gives up the Send that is not answered yet.
type Abandon struct{}

// Wipe empties every field.
type Wipe struct{}

// Reply answers a question that needs no code.
type Reply struct {
	Question string
	Allow    bool
}

// Lock locks the desktop.
type Lock struct{}

// Diagnose looks at the machine. It is answered by a Diagnosed.
type Diagnose struct{}

// Pack makes a bundle of what was found, answered by a Packed; Save saves it, answered by a Saved.
type (
	Pack struct{}
	Save struct{}
)

// Copy puts the text for the ticket where it can be pasted. It is answered by a Copied where that works.
type Copy struct{}

// Wake asks for a Woke with its number after a while.
type Wake struct {
	N     int
	After time.Duration
}

// End closes the window.
type End struct{}

func (Show) effect()     {}
func (Raise) effect()    {}
func (Send) effect()     {}
func (Abandon) effect()  {}
func (Wipe) effect()     {}
func (Reply) effect()    {}
func (Lock) effect()     {}
func (Diagnose) effect() {}
func (Pack) effect()     {}
func (Save) effect()     {}
func (Copy) effect()     {}
func (Wake) effect()     {}
func (End) effect()      {}
