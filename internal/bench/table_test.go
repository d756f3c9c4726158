package main

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestAFigureMeetsItsGoalOrMissesIt(t *testing.T) {
	for name, c := range map[string]struct {
		f    figure
		want string
	}{
		"below the goal":      {figure{Ours: 4, Goal: atMost(6)}, "ok"},
		"at the goal":         {figure{Ours: 6, Goal: atMost(6)}, "ok"},
		"just above the goal": {figure{Ours: 6.001, Goal: atMost(6)}, "MISS"},
		"a goal of nothing":   {figure{Ours: 0, Goal: atMost(0)}, "ok"},
		"something of none":   {figure{Ours: 1, Goal: atMost(0)}, "MISS"},
		"not measured":        {figure{Ours: number(math.NaN()), Goal: atMost(6)}, "MISS"},
		"without a goal":      {figure{Ours: 99}, ""},
	} {
		if got := c.f.verdict(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestValuesAreShownInTheirUnits(t *testing.T) {
	for _, c := range []struct {
		unit string
		v    number
		want string
	}{
		{apdus, 4, "4 APDU"},
		{seconds, 0.4149, "0.41 s"},
		{millisecs, 12.345, "12.35 ms"},
		{percent, 0.026, "0.03 %"},
		{megabytes, 17.25, "17.2 MB"},
		{seconds, number(math.NaN()), "not measured"},
	} {
		if got := (figure{Unit: c.unit}).show(c.v); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// example is a small report with one of everything.
func example() report {
	return report{
		Machine: []string{"machine: 2 cores"},
		Peers:   []string{"pam_a", "pam_b"},
		Notes:   []string{"A note on the run."},
		Figures: []figure{
			{Name: "unlock", Unit: apdus, Ours: 4, Goal: atMost(6), Peers: map[string]number{"pam_a": 30, "pam_b": 28}},
			{Name: "card in", Unit: seconds, Ours: 1.5, Goal: atMost(1), Note: "a slow card"},
			{Name: "memory", Unit: megabytes, Ours: 17.5, Peers: map[string]number{"pam_b": 9}},
		},
	}
}

func TestTheTableIsPlainAndAligned(t *testing.T) {
	var b strings.Builder
	if err := example().print(&b); err != nil {
		t.Fatal(err)
	}
	want := `machine: 2 cores

figure   ours     pam_a    pam_b    goal
unlock   4 APDU   30 APDU  28 APDU  ≤ 6 APDU  ok
card in  1.50 s   -        -        ≤ 1.00 s  MISS
memory   17.5 MB  -        9.0 MB

card in: a slow card
A note on the run.

1 of 2 goals missed
`
	if got := trimLines(b.String()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// trimLines takes the padding of the last column away.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func TestJSONHasNumbersVerdictsAndNullForWhatWasNotMeasured(t *testing.T) {
	r := example()
	r.Figures = append(r.Figures, figure{Name: "lost", Unit: seconds, Ours: number(math.NaN()), Goal: atMost(1)})
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Figures []struct {
			Figure  string
			Ours    *float64
			Peers   map[string]float64
			Goal    *float64
			Verdict *string
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	unlock, cardIn, memory, lost := got.Figures[0], got.Figures[1], got.Figures[2], got.Figures[3]
	if unlock.Figure != "unlock" || *unlock.Ours != 4 || unlock.Peers["pam_a"] != 30 || *unlock.Goal != 6 || *unlock.Verdict != "ok" {
		t.Errorf("unlock: %s", text)
	}
	if *cardIn.Verdict != "MISS" || memory.Goal != nil || memory.Verdict != nil {
		t.Errorf("card in and memory: %s", text)
	}
	if lost.Ours != nil || *lost.Verdict != "MISS" {
		t.Errorf("lost: %s", text)
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no room")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestATableThatCannotBeWrittenIsAnError(t *testing.T) {
	if err := example().print(full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
