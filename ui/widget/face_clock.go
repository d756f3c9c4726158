package widget

import (
	"time"

	"siths-agent/ui/model"
)

// clock counts how long a screen has been shown. One that comes again with other numbers goes on where it was.
type clock struct {
	again func() // draws the screen once something on it is due
	id    model.ID
	since time.Time
	timer *time.Timer
}

// turn begins to count for a screen, unless it is the one that is shown.
func (c *clock) turn(s model.Screen) (another bool) {
	another = c.id != s.ID || c.since.IsZero()
	if another {
		c.id, c.since = s.ID, time.Now()
	}
	return another
}

// lasted says whether the screen has been shown for so long.
func (c *clock) lasted(d time.Duration) bool { return d <= 0 || time.Since(c.since) >= d }

// wind sets the clock to what is due next.
func (c *clock) wind(s model.Screen) {
	c.stop()
	var next time.Duration
	for _, d := range waits(s) {
		if !c.lasted(d) && (next == 0 || d < next) {
			next = d
		}
	}
	if next > 0 {
		c.timer = time.AfterFunc(time.Until(c.since.Add(next)), c.again)
	}
}

// waits are the times after which something is added to a screen.
func waits(s model.Screen) []time.Duration {
	var all []time.Duration
	for _, b := range s.Buttons {
		all = append(all, b.After)
	}
	if s.Later != nil {
		all = append(all, s.Later.After)
	}
	return all
}

func (c *clock) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
}
