package report

import (
	"hash/fnv"
	"strconv"
	"time"

	"siths-agent/agent/audit"
)

// mostInsertions is how many insertions may be open at a time; a log with more has lost rows.
const mostInsertions = 1024

// manyEntries is from how many PINs on they are not told apart.
const manyEntries = 4

// tally counts. What it keeps does not grow with the number of rows, but with that of people and days.
type tally struct {
	opts     Options
	from, to int64 // seconds since 1970; rows before and from then on do not count
	day      span  // the day of the last row

	logins   uint64
	levels   map[string]uint64
	days     map[string]uint64
	refusals map[string]uint64
	people   map[uint64]struct{}
	expiring map[uint64]struct{}
	waits    histogram
	entries  [manyEntries + 1]uint64 // insertions by PINs given
	open     map[uint64]insertion

	releases map[string]*use // by systems
	replaced map[string]*use // by day
}

// span is a day and its bounds in seconds since 1970.
type span struct {
	from, to int64
	name     string
}

// insertion is a card from in to out.
type insertion struct {
	at      time.Time // zero when not known, or when the clock was set since
	entries int
	granted bool
	used    map[string]bool // systems
}

func newTally(opts Options) *tally {
	t := &tally{opts: opts, levels: map[string]uint64{}, days: map[string]uint64{},
		refusals: map[string]uint64{}, people: map[uint64]struct{}{}, expiring: map[uint64]struct{}{}, open: map[uint64]insertion{},
		releases: map[string]*use{}, replaced: map[string]*use{}}
	t.from, t.to = opts.bounds()
	return t
}

// add counts one row.
func (t *tally) add(r *row) {
	if at := r.time.Unix(); at < t.from || at >= t.to {
		return
	}
	switch audit.Event(r.event) {
	case audit.AgentStart:
		t.settle()
	case audit.ClockChanged:
		t.forgetTimes()
	case audit.CardExpires:
		t.expiring[nameOf(r.hsaID)] = struct{}{}
	case audit.CardIn:
		t.cardIn(r)
	case audit.CardOut:
		t.cardOut(r.insertion)
	case audit.UnlockGranted:
		t.granted(r)
	case audit.SSOReleased:
		t.released(r)
	case audit.PINWrong, audit.PINBlocked:
		t.entered(r.insertion, false)
		t.refused(r)
	case audit.UnlockRefused, audit.CardRefused:
		t.refused(r)
	}
}

func (t *tally) refused(r *row) {
	if len(r.code) > 0 {
		t.refusals[string(r.code)]++
	}
}

func (t *tally) cardIn(r *row) {
	if len(t.open) >= mostInsertions {
		t.settle()
	}
	t.open[r.insertion] = insertion{at: r.time}
}

// granted counts a login, and how long it took from the card when it is the first with that insertion.
func (t *tally) granted(r *row) {
	t.logins++
	t.levels[strconv.Itoa(r.loa)]++
	t.days[t.dayOf(r.time)]++
	t.people[nameOf(r.hsaID)] = struct{}{}
	in := t.open[r.insertion]
	if !in.granted && !in.at.IsZero() && !r.time.Before(in.at) {
		t.waits.add(r.time.Sub(in.at))
	}
	t.entered(r.insertion, true)
}

// entered counts a PIN. An insertion whose beginning is not among the rows does not count.
func (t *tally) entered(id uint64, granted bool) {
	in, known := t.open[id]
	if !known {
		return
	}
	in.entries, in.granted = in.entries+1, in.granted || granted
	t.open[id] = in
}

func (t *tally) cardOut(id uint64) {
	if in, known := t.open[id]; known {
		t.entries[min(in.entries, manyEntries)]++
		delete(t.open, id)
	}
}

// settle takes it that every card is out: the log ends, or the service has begun to count anew.
func (t *tally) settle() {
	for id := range t.open {
		t.cardOut(id)
	}
}

// forgetTimes gives up measuring over a change of the clock.
func (t *tally) forgetTimes() {
	for id, in := range t.open {
		in.at = time.Time{}
		t.open[id] = in
	}
}

// dayOf names the day of a row, which is mostly that of the row before.
func (t *tally) dayOf(at time.Time) string {
	if s := at.Unix(); s < t.day.from || s >= t.day.to {
		d := dayOf(at, t.opts.Zone)
		t.day = span{d.Start(t.opts.Zone).Unix(), d.End(t.opts.Zone).Unix(), d.String()}
	}
	return t.day.name
}

// nameOf stands for a person among those who are counted.
func nameOf(hsaID []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(hsaID)
	return h.Sum64()
}

// report tells what was counted.
func (t *tally) report() Report {
	r := Report{V: Version, Zone: t.opts.Zone.String(), From: t.opts.From, To: t.opts.To,
		Logins:   Logins{Total: cellOf(t.logins), ByLevel: newTable(t.levels), ByDay: newTable(t.days)},
		Refusals: newTable(t.refusals), People: cellOf(uint64(len(t.people))), Expiring: cellOf(uint64(len(t.expiring))),
		Seconds: t.waits.seconds()}
	insertions, by := uint64(0), map[string]uint64{}
	for n, count := range t.entries {
		if n > 0 && count > 0 {
			insertions += count
			by[entriesName(n)] = count
		}
	}
	r.PINs = PINs{cellOf(insertions), newTable(by)}
	r.Systems = Systems{Signatures: tableOfUses(t.releases), Replaced: tableOfUses(t.replaced)}
	return r
}

func entriesName(n int) string {
	if n == manyEntries {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}
