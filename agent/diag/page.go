// Package diag makes the one page that says why card login does not work on a machine, and the bundle to send to support.
package diag

import (
	"cmp"
	"runtime"
	"time"

	"siths-agent/agent/apitype"
)

// Colour says how a row stands.
type Colour string

// The colours, best first.
const (
	Green  Colour = "green"
	Yellow Colour = "yellow" // works, or cannot be told, and somebody should look
	Red    Colour = "red"    // nobody can log in until this is mended
)

// Name names a row.
type Name string

// The rows, in the order in which they have to be mended.
const (
	Service      Name = "service"
	CardService  Name = "card-service"
	Readers      Name = "readers"
	Card         Name = "card"
	Modules      Name = "modules"
	Certificates Name = "certificates"
	PIN          Name = "pin"
	Trust        Name = "trust"
	Clock        Name = "clock"
	Network      Name = "network"
	Systems      Name = "systems"
	UnlockPath   Name = "unlock-path"
	Policy       Name = "policy"
	Rivals       Name = "rivals"
	Events       Name = "events"
)

// Names returns all rows in order.
func Names() []Name {
	return []Name{Service, CardService, Readers, Card, Modules, Certificates, PIN, Trust, Clock, Network, Systems,
		UnlockPath, Policy, Rivals, Events}
}

// Advice names what to do where no problem code fits.
type Advice string

// The advices.
const (
	TooLate      Advice = "too-late"      // the look at it took too long
	OtherVersion Advice = "other-version" // the service is of another version than who asks
	NoModule     Advice = "no-module"     // a PKCS#11 module of policy is not there
	OtherCPU     Advice = "other-cpu"     // a PKCS#11 module is for another kind of processor
	ClockFree    Advice = "clock-free"    // nobody keeps the clock right
	NoAddress    Advice = "no-address"    // the machine has no address on a network
	NoDoor       Advice = "no-door"       // no login screen asks for the card
	Competitor   Advice = "rival"         // other software wants the card too
)

// Advices returns all advices.
func Advices() []Advice {
	return []Advice{TooLate, OtherVersion, NoModule, OtherCPU, ClockFree, NoAddress, NoDoor, Competitor}
}

// Row is one thing that has to be right. Where it is not green it has a Code or an Advice, and that says the one thing to do.
type Row struct {
	Number int          `json:"number"`
	Name   Name         `json:"name"`
	Colour Colour       `json:"colour"`
	Code   apitype.Code `json:"code,omitempty"`
	Advice Advice       `json:"advice,omitempty"`
	Facts  []Fact       `json:"facts,omitempty"`
}

// Page is the whole page. Nothing in it names a person but the end of the HSA-id, and no text in it is free.
type Page struct {
	V        int       `json:"v"`
	Time     time.Time `json:"time"`
	System   string    `json:"system"` // as Go names it: "linux/amd64"
	Rows     []Row     `json:"rows"`
	Withheld int       `json:"withheld"` // how many facts were left out because they did not look as they should
}

// finding is what one look at a row found.
type finding struct {
	colour   Colour
	code     apitype.Code
	advice   Advice
	facts    []Fact
	withheld int
}

func green() finding                    { return finding{colour: Green} }
func red(code apitype.Code) finding     { return finding{colour: Red, code: code} }
func yellow(advice Advice) finding      { return finding{colour: Yellow, advice: advice} }
func unclear(code apitype.Code) finding { return finding{colour: Yellow, code: code} }

// with adds facts. One that does not look as it should is counted and left out.
func (f finding) with(facts ...Fact) finding {
	for _, x := range facts {
		switch {
		case x.text != "":
			f.facts = append(f.facts, x)
		case x.refused:
			f.withheld++
		}
	}
	return f
}

// and joins two looks at the same row: the worse one counts, the first of equals.
func (f finding) and(g finding) finding {
	out := f
	if rank(g.colour) > rank(f.colour) {
		out.colour, out.code, out.advice = g.colour, g.code, g.advice
	}
	out.facts = append(append([]Fact(nil), f.facts...), g.facts...)
	out.withheld = f.withheld + g.withheld
	return out
}

func rank(c Colour) int { return map[Colour]int{Green: 0, Yellow: 1, Red: 2}[c] }

// assemble makes the page of what was found, by row.
func assemble(at time.Time, found map[Name]finding) Page {
	p := Page{V: 1, Time: at.UTC().Truncate(time.Second), System: runtime.GOOS + "/" + runtime.GOARCH}
	for i, name := range Names() {
		f := found[name]
		p.Withheld += f.withheld
		p.Rows = append(p.Rows, Row{Number: i + 1, Name: name, Colour: cmp.Or(f.colour, Green), Code: f.code, Advice: f.advice, Facts: f.facts})
	}
	return p
}
