package report

import (
	"fmt"
	"time"
)

// Day is a date, as "2026-11-22". The zero Day is none.
type Day struct{ at time.Time }

// ParseDay reads a date.
func ParseDay(s string) (Day, error) {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("%q is no date like 2026-11-22", s)
	}
	return Day{at}, nil
}

// String returns the date, or nothing for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.at.Format(time.DateOnly)
}

// IsZero says whether there is no day.
func (d Day) IsZero() bool { return d.at.IsZero() }

// MarshalText writes the date.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date.
func (d *Day) UnmarshalText(text []byte) error {
	day, err := ParseDay(string(text))
	*d = day
	return err
}

// Start is when the day begins in a zone.
func (d Day) Start(zone *time.Location) time.Time {
	return time.Date(d.at.Year(), d.at.Month(), d.at.Day(), 0, 0, 0, 0, zone)
}

// End is when the next day begins.
func (d Day) End(zone *time.Location) time.Time {
	return time.Date(d.at.Year(), d.at.Month(), d.at.Day()+1, 0, 0, 0, 0, zone)
}

// dayOf is the day of a time in a zone.
func dayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}
