// Package report makes figures from audit rows: how the card is used, without saying anything about a single person.
package report

import (
	"encoding/json"
	"io"
	"time"

	"siths-agent/agent/audit"
)

// Version is the version of the report's form.
const Version = 1

// Options says which rows count. From and To are days in Zone, both inclusive; a zero one is no limit.
type Options struct {
	From, To Day
	Zone     *time.Location // UTC when nil
}

// Include says whether a row of that time counts.
func (o Options) Include(at time.Time) bool {
	from, to := o.bounds()
	return from <= at.Unix() && at.Unix() < to
}

// bounds are the first second that counts and the first one after those, since 1970.
func (o Options) bounds() (from, to int64) {
	from, to = -1<<62, 1<<62
	if !o.From.IsZero() {
		from = o.From.Start(o.Zone).Unix()
	}
	if !o.To.IsZero() {
		to = o.To.End(o.Zone).Unix()
	}
	return from, to
}

// Report is what the rows of some days come to. Made from the same rows it is the same, byte for byte.
type Report struct {
	V    int    `json:"v"`
	Zone string `json:"zone"` // whose days they are
	From Day    `json:"from,omitzero"`
	To   Day    `json:"to,omitzero"`

	Logins   Logins  `json:"logins"`
	Seconds  Seconds `json:"seconds_to_unlock"`
	PINs     PINs    `json:"pin_entries"`
	Refusals Table   `json:"refusals"`        // by problem code
	People   Cell    `json:"people"`          // different holders who have logged in
	Expiring Cell    `json:"people_expiring"` // different holders who were told that their card expires soon
	Systems  Systems `json:"systems"`
}

// Logins counts unlocks with a card.
type Logins struct {
	Total   Cell  `json:"total"`
	ByLevel Table `json:"by_level"` // of assurance
	ByDay   Table `json:"by_day"`
}

// Seconds is how long it took from a card's insertion to the first unlock with it. Times are rounded up to hundredths;
// what took longer than ten minutes counts as ten. There are none for fewer than five insertions.
type Seconds struct {
	Insertions Cell    `json:"insertions"`
	P50        float64 `json:"p50,omitempty"`
	P95        float64 `json:"p95,omitempty"`
}

// PINs says how often a PIN was given for one insertion of a card: for how many of them once, twice ...
type PINs struct {
	Insertions Cell  `json:"insertions"`
	ByEntries  Table `json:"by_entries"`
}

// Make makes a report from logs, one after the other; each is one machine's, from its oldest row on. The error is an
// *audit.ChainError for a line that is no row, or what reading gave.
func Make(opts Options, logs ...io.Reader) (Report, error) {
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	t := newTally(opts)
	for _, log := range logs {
		for line, err := range audit.Lines(log) {
			if err != nil {
				return Report{}, err
			}
			r, err := scan(line.Data)
			if err != nil {
				return Report{}, &audit.ChainError{Line: line.Number, What: audit.NotAnEntry}
			}
			t.add(&r)
		}
		t.settle() // insertions are numbered by each machine
	}
	return t.report(), nil
}

// Write writes the report as indented JSON.
func (r Report) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // "<5" is read by people
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
