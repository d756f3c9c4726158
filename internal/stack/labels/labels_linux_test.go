package labels

import (
	"os"
	"strconv"
	"testing"

	"siths-agent/agent/broker/system"
)

// attempts is how often an attack that is a race is tried.
const attempts = 40

func TestTheProgramOfTheLabelIsLetIn(t *testing.T) {
	w := newWorld(t)
	stepping(t, good, "connect")
	if c, refused := w.judged(t, w.next(t)); refused != "" || c.Label != "good" || c.Tier != system.T2 || c.Exe != good {
		t.Errorf("%+v is refused: %q", c, refused)
	}
}

// TestWhoConnectsAndThenRunsTheProgramOfALabelIsRefused is the attack that the program's file is no boundary against.
func TestWhoConnectsAndThenRunsTheProgramOfALabelIsRefused(t *testing.T) {
	w := newWorld(t)
	passed, refused := 0, 0
	for range attempts {
		p := stepping(t, evil, "connect;run="+good)
		conn := w.next(t)
		becomes(t, p.pid(), good)
		c, why := w.judged(t, conn)
		if c.Exe == good {
			passed++
		}
		if why != "" && c.Tier < system.T2 && c.Label == "" {
			refused++
		}
		_ = p.end()
	}
	t.Logf("of %d, %d pass for %s by their file, and %d are refused by their label", attempts, passed, good, refused)
	if refused != attempts || passed != attempts {
		t.Errorf("of %d, %d pass for %s by their file, and %d are refused by their label", attempts, passed, good, refused)
	}
}

// TestALabelThatAnyProgramCouldHaveTakenCountsForNothing has programs enter profiles in all the ways that AppArmor knows.
func TestALabelThatAnyProgramCouldHaveTakenCountsForNothing(t *testing.T) {
	w := newWorld(t)
	for kept, ways := range map[string][]string{
		"1": {"now=changeprofile good;connect", "next=exec good;run=" + evil + ";connect", "next=exec good;run=" + good + ";connect",
			"now=changeprofile good//hat;connect", "inside=" + evil + ";now=changeprofile good;connect", "inside=" + evil + ";next=exec good;run=" + good + ";connect",
			"now=stack good;connect;run=" + good, "now=stack other;run=" + good + ";connect", "now=changeprofile good;connect;run=" + good},
		"0": {"now=changeprofile good;connect", "next=exec good;run=" + evil + ";connect", "now=changeprofile good;connect;run=" + good,
			"now=stack good;connect;run=" + good, "now=stack other;run=" + good + ";connect", "run=" + good + ";connect"},
	} {
		setFor(t, ownLabels, kept)
		for _, steps := range ways {
			p := stepping(t, evil, steps)
			if c, refused := w.judged(t, w.next(t)); refused == "" || c.Tier >= system.T2 {
				t.Errorf("kept %s, %s: it is let in as %+v", kept, steps, c)
			}
			_ = p.end()
		}
	}
}

// TestAProfileThatKeepsItsProgramFromNothingIsNoLabel also shows what such profiles do to the others: their programs take any
// label, whatever the kernel keeps programs without a profile from. The documents say so.
func TestAProfileThatKeepsItsProgramFromNothingIsNoLabel(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{soft, free} {
		stepping(t, path, "connect")
		if c, refused := w.judged(t, w.next(t)); refused == "" || c.Label != "" || c.Exe != path {
			t.Errorf("%+v is refused: %q", c, refused)
		}
	}
	p := stepping(t, free, "now=changeprofile good;connect;run="+good)
	conn := w.next(t)
	becomes(t, p.pid(), good)
	if c, refused := w.judged(t, conn); refused != "" || c.Label != "good" {
		t.Errorf("%+v is refused (%s): the documents say that it is let in", c, refused)
	}
	if open := system.OpenProfiles(); len(open) != 1 || open[0] != "free" {
		t.Errorf("the check tells of %q", open)
	}
}

func TestAChildOfTheProgramHasItsLabelAndNotItsFile(t *testing.T) {
	w := newWorld(t)
	stepping(t, good, "start="+evil+";connect")
	if c, refused := w.judged(t, w.next(t)); refused != "exe" || c.Exe != evil || c.Label != "good" {
		t.Errorf("%+v is refused: %q", c, refused)
	}
}

func TestAConnectionThatIsLeftToTheProgramKeepsItsMakersLabel(t *testing.T) {
	w := newWorld(t)
	stepping(t, evil, "connect;start="+good+";connect")
	made, own := w.next(t), w.next(t)
	if c, refused := w.judged(t, made); refused == "" || c.Label != "" || c.Exe != evil {
		t.Errorf("%+v is refused: %q", c, refused)
	}
	if c, refused := w.judged(t, own); refused != "" || c.Label != "good" {
		t.Errorf("%+v is refused: %q", c, refused)
	}
}

// TestALibraryOfAnothersIsLoadedWhereTheProfileLetsIt shows that a label is worth what its profile is.
func TestALibraryOfAnothersIsLoadedWhereTheProfileLetsIt(t *testing.T) {
	w := newWorld(t)
	p := start(t, tight, "LD_PRELOAD="+library)
	if _, err := p.in.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.out.Read(make([]byte, 1)); err != nil { // it runs: its libraries are loaded
		t.Fatal(err)
	}
	w.none(t)
	start(t, lax, "LD_PRELOAD="+library)
	if c, _ := w.judged(t, w.next(t)); c.Label != "lax" || c.Tier != system.T2 {
		t.Errorf("%+v: the documents say that what is loaded speaks with the label", c)
	}
}

// TestAnotherProgramReachesIntoTheLabelledOneUnlessTheKernelForbidsIt: profiles do not keep programs without one out.
func TestAnotherProgramReachesIntoTheLabelledOneUnlessTheKernelForbidsIt(t *testing.T) {
	w := newWorld(t)
	victim := stepping(t, good, "connect")
	w.next(t) // it is the program that it is to be
	for scope, want := range map[string]bool{"0": true, "2": false} {
		setFor(t, traceScope, scope)
		p := stepping(t, evil, "memory="+strconv.Itoa(int(victim.pid())))
		if err := p.end(); (err == nil) != want {
			t.Errorf("with %s: %v", scope, err)
		}
		if system.TracedByAll() != want {
			t.Errorf("with %s the check says otherwise", scope)
		}
	}
}

func TestTheCheckOfThePolicyKnowsThisKernel(t *testing.T) {
	if !system.KernelLabels() || system.LabelsForAll() {
		t.Error("it does not find the labels, or thinks that any program can take them")
	}
	setFor(t, ownLabels, "0")
	if !system.LabelsForAll() {
		t.Error("it thinks that no program can take them")
	}
	version, err := os.ReadFile("/proc/version")
	t.Logf("%s%v", version, err)
}
