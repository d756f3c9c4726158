package main

import (
	"math"
	"testing"
	"time"
)

func TestAPercentileIsAValueOfTheSample(t *testing.T) {
	hundred := make(sample, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i) // the order of the rounds is not that of the values
	}
	for _, c := range []struct {
		of   sample
		p    float64
		want float64
	}{
		{hundred, 50, 50},
		{hundred, 95, 95},
		{hundred, 99, 99},
		{hundred, 100, 100},
		{hundred, 0, 1},
		{sample{7}, 1, 7},
		{sample{7}, 99, 7},
		{sample{3, 1}, 50, 1},
		{sample{3, 1}, 51, 3},
		{sample{5, 4, 3, 2, 1}, 50, 3},
		{sample{1, 2, 3}, 99, 3},
	} {
		if got := c.of.percentile(c.p); got != c.want {
			t.Errorf("percentile %g of %d values: got %g, want %g", c.p, len(c.of), got, c.want)
		}
	}
}

func TestMedianP95AndWorstAreThosePercentiles(t *testing.T) {
	s := sample{4, 1, 3, 2}
	if s.median() != 2 || s.worst() != 4 || p95(s) != 4 {
		t.Errorf("median %g, p95 %g, worst %g", s.median(), p95(s), s.worst())
	}
}

func TestMeasuringDoesNotReorderTheRounds(t *testing.T) {
	s := sample{3, 1, 2}
	s.worst()
	if s[0] != 3 || s[1] != 1 || s[2] != 2 {
		t.Errorf("the rounds are now %v", s)
	}
}

func TestNothingMeasuredIsNoNumber(t *testing.T) {
	if got := (sample{}).median(); !math.IsNaN(got) {
		t.Errorf("got %g", got)
	}
}

func TestMillisKeepsFractions(t *testing.T) {
	if got := millis(1500 * time.Microsecond); got != 1.5 {
		t.Errorf("got %g", got)
	}
}

func TestUnlockingsGiveTheirSamples(t *testing.T) {
	u := unlockings{{ToPrompt: 500 * time.Millisecond, ToResult: 250 * time.Millisecond, PromptAPDUs: 28, APDUs: 4}}
	for name, c := range map[string]struct {
		got  sample
		want float64
	}{
		"seconds to the prompt":      {u.toPrompt(), 0.5},
		"seconds to the result":      {u.toResult(), 0.25},
		"milliseconds to the result": {u.millisToResult(), 250},
		"seconds of the whole":       {u.whole(), 0.75},
		"APDUs after the PIN":        {u.apdus(), 4},
		"APDUs of the whole":         {u.allAPDUs(), 32},
	} {
		if len(c.got) != 1 || c.got[0] != c.want {
			t.Errorf("%s: got %v, want %g", name, c.got, c.want)
		}
	}
}

func TestAPeersColumnIsTheChosenNumberOfItsSample(t *testing.T) {
	all := map[string]unlockings{"slow": {{APDUs: 30}, {APDUs: 28}, {APDUs: 29}}, "quick": {{APDUs: 1}}}
	got := columns(all, unlockings.apdus, sample.worst)
	if len(got) != 2 || got["slow"] != 30 || got["quick"] != 1 {
		t.Errorf("got %v", got)
	}
}
