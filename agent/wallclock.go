package agent

import (
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
)

// noticed is by how much the clock on the wall has to go wrong for that to be a row.
const noticed = 5 * time.Second

// reading is what the clock on the wall showed, and when that was by the one that nobody can set.
type reading struct {
	wall, at time.Time
	sleeps   int
}

// lookAtClock records that somebody has set the clock, before any row with the new time. While the machine slept only
// the clock on the wall went on.
func (a *Agent) lookAtClock() {
	was, now := a.clock, reading{a.parts.Now().Round(0), time.Now(), a.sleeps}
	a.clock = now
	step := now.wall.Sub(was.wall) - now.at.Sub(was.at)
	if was.at.IsZero() || was.sleeps != now.sleeps || step.Abs() <= noticed {
		return
	}
	seconds := int64(step.Round(time.Second).Seconds())
	a.record(audit.Row{Event: audit.ClockChanged, StepS: &seconds}, nil)
}

// LogServer shows, or clears, that the municipality's log server has taken no rows for long.
func (a *Agent) LogServer(down bool) {
	a.post(func() {
		if down {
			a.trouble[apitype.NetworkDown] = a.problem(apitype.NetworkDown)
		} else {
			delete(a.trouble, apitype.NetworkDown)
		}
		a.publish()
	})
}
