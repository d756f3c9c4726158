package memscan

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// held starts a process that holds some bytes.
func held(t *testing.T, content []byte) (cmd *exec.Cmd, let func()) {
	t.Helper()
	cmd = helper(t, "hold")
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil || cmd.Start() != nil {
		t.Fatal("the holder does not start")
	}
	let = func() { _ = in.Close() }
	t.Cleanup(func() { let(); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() })
	if _, err := fmt.Fprintln(in, hex.EncodeToString(content)); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "held ") {
		t.Fatalf("the holder says %q, %v", line, err)
	}
	return cmd, let
}

func TestEveryFormIsFoundInAnotherProcess(t *testing.T) {
	t.Parallel()
	canary := newCanary(t)
	var n Needles
	n.Add(canary)
	var all []byte
	for _, f := range formsOf(canary) {
		all = append(append(all, f.bytes...), 0xff) // no part of any form
	}
	cmd, _ := held(t, all)
	r, err := Scan(cmd.Process.Pid, &n)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, h := range r.Hits {
		times[h.Form]++
		if h.Canary != canary {
			t.Errorf("found of another: %+v", h)
		}
	}
	for _, f := range formsOf(canary) {
		if times[f.name] == 0 {
			t.Errorf("%s was not found in %d bytes", f.name, r.Scanned)
		}
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	t.Parallel()
	cmd, _ := held(t, []byte(newCanary(t)))
	var n Needles
	for range 50 {
		n.Add(newCanary(t))
	}
	r, err := Scan(cmd.Process.Pid, &n)
	if err != nil || len(r.Hits) > 0 {
		t.Errorf("%v, %v", r.Hits, err)
	}
	if r.Scanned < 1<<20 {
		t.Errorf("only %d bytes were looked at", r.Scanned)
	}
}

func TestAScanForNothingFindsNothing(t *testing.T) {
	t.Parallel()
	cmd, _ := held(t, []byte(newCanary(t)))
	if r, err := Scan(cmd.Process.Pid, &Needles{}); err != nil || len(r.Hits) > 0 || r.Scanned < 1<<20 {
		t.Errorf("%v in %d bytes, %v", r.Hits, r.Scanned, err)
	}
}

func TestWhatStandsInTheProgramsFileIsNoTraceUntilItIsCopied(t *testing.T) {
	t.Parallel()
	var n Needles
	n.Add(printed)
	for content, copied := range map[string]bool{"nothing of it": false, printed: true} {
		cmd, _ := held(t, []byte(content))
		r, err := Scan(cmd.Process.Pid, &n)
		if err != nil || (len(r.Hits) > 0) != copied {
			t.Errorf("holding %q: found %v, %v", content, r.Hits, err)
		}
	}
}

func TestWhatIsLeftAtTheEndOfAProcessIsFound(t *testing.T) {
	t.Parallel()
	canary := newCanary(t)
	for name, way := range map[string]func(cmd *exec.Cmd, let func()){
		"killed":         func(cmd *exec.Cmd, _ func()) { _ = cmd.Process.Kill() },
		"ended, cleared": func(_ *exec.Cmd, let func()) { let() },
	} {
		t.Run(name, func(t *testing.T) {
			cmd, let := held(t, []byte(canary))
			w, err := WatchExit(helper(t, "watch"), cmd.Process.Pid, canary)
			if err != nil {
				t.Fatal(err)
			}
			way(cmd, let)
			r, err := w.Report()
			if err != nil || (len(r.Hits) > 0) != (name == "killed") {
				t.Errorf("found %v in %d bytes, %v", r.Hits, r.Scanned, err)
			}
		})
	}
}

func TestAPlaceOnTheBorderOfTwoChunksIsFoundOnce(t *testing.T) {
	t.Parallel()
	canary := newCanary(t)
	var n Needles
	n.Add(canary)
	text := strings.Repeat("\x00", 50) + canary
	for cut := range len(text) {
		found := 0
		kept := text[:cut]
		n.find([]byte(kept), func(int, form) { found++ })
		n.find([]byte(text), func(i int, f form) {
			if i+len(f.bytes) > len(kept) {
				found++
			}
		})
		if found != 2 { // the first eight digits, and the last eight
			t.Errorf("cut at %d: found %d times", cut, found)
		}
	}
}

func TestABase64CoreStandsInTheWholeWhateverSurroundsIt(t *testing.T) {
	t.Parallel()
	canary := newCanary(t)
	var n Needles
	n.Add(canary)
	for before := range 7 {
		for after := range 4 {
			whole := []byte(strings.Repeat("\xfe", before) + canary + strings.Repeat("{", after))
			if got := n.Names([]byte(base64.StdEncoding.EncodeToString(whole))); len(got) != 1 {
				t.Errorf("%d before, %d after: %v", before, after, got)
			}
		}
	}
}
