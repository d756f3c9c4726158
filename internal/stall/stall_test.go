package stall

import (
	"testing"
	"time"
)

func TestThePressureOfAMachineIsRead(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"some avg10=98.08 avg60=97.64 avg300=95.95 total=30165861366\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n": 30165861366 * time.Microsecond,
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=0":                                                                0,
		"": 0, "some total=x": 0,
	} {
		if got := total(text); got != want {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestWhatIsMeasuredIsNeverMoreThanTheTimeThatWentBy(t *testing.T) {
	before := time.Now()
	c := Begin()
	<-time.After(20 * time.Millisecond)
	took, waits := c.Took(), c.Waited()
	if all := time.Since(before); took < 0 || took > all || waits < 0 || took+waits < 20*time.Millisecond {
		t.Errorf("%s and %s of waits, of %s", took, waits, all)
	}
}

func TestNoMachineIsSoBusyThatAHangIsNoTime(t *testing.T) {
	for waits, want := range map[time.Duration]time.Duration{0: 10 * time.Second, 4 * time.Second: 6 * time.Second, time.Hour: 2 * time.Second} {
		if got := without(10*time.Second, waits); got != want {
			t.Errorf("of 10 s with %s of waits: %s", waits, got)
		}
	}
}
