package memscan

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// look scans a process; one that has ended meanwhile has nothing left.
func (b *bench) look(pid int) Report {
	b.t.Helper()
	r, err := Scan(pid, &b.needles)
	if err != nil && !errors.Is(err, ErrGone) {
		b.t.Errorf("scanning %s: %v", comm(pid), err)
	}
	b.tally.do(func() { b.tally.scans++; b.tally.bytes += r.Scanned })
	return r
}

// clean checks that none of our processes has a PIN any more, in time after the end of an attempt.
func (b *bench) clean(after string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), cleanTime)
	defer cancel()
	ours := b.ours()
	for _, role := range append(helpers(), "siths-sever") { // which never have one
		for _, pid := range b.Started(role) {
			ours[pid] = role
		}
	}
	for pid, role := range ours {
		if last := b.look(pid); len(last.Hits) > 0 {
			b.becomesClean(ctx, after, pid, role)
		}
	}
	b.tally.do(func() { b.tally.attempts++ })
	copies := len(b.look(b.Readers.PID()).Hits)
	b.tally.do(func() { b.tally.others["pcscd"] += copies })
	b.elsewhere(after)
}

// helpers are the children that have a network, which run from the start on.
func helpers() []string { return []string{"siths-courier", "siths-ticket"} }

// becomesClean waits for a process that was not clean at the first look.
func (b *bench) becomesClean(ctx context.Context, after string, pid int, role string) {
	b.t.Helper()
	begun := time.Now()
	var last Report
	if stack.Await(ctx, "a clean "+role, func() bool { last = b.look(pid); return len(last.Hits) == 0 }) != nil {
		b.t.Errorf("%s after %s holds %s, at %+v", role, after, names(last.Hits), last.Hits[0])
		b.tally.do(func() { b.tally.copies += len(last.Hits) })
	}
	took := time.Since(begun)
	b.tally.do(func() { b.tally.late++; b.tally.slowest = max(b.tally.slowest, took) })
}

// endedClean checks what a program of ours had in memory at its end.
func (b *bench) endedClean(after string, p *person) {
	b.t.Helper()
	r := b.leaves(p)
	if len(r.Hits) > 0 {
		b.t.Errorf("%s ended after %s with %s, at %+v", p.role, after, names(r.Hits), r.Hits[0])
		b.tally.do(func() { b.tally.copies += len(r.Hits) })
	}
}

// elsewhere looks into everything that outlives a process: logs, and files of the service.
func (b *bench) elsewhere(after string) {
	b.t.Helper()
	b.wantNone("a log after "+after, b.Service.Log()+b.Log()+b.trail.String())
	err := filepath.WalkDir(filepath.Dir(b.Service.State()), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			b.wantNone(path+" after "+after, workplace.ReadIfThere(path))
		}
		return err
	})
	if err != nil {
		b.t.Error(err)
	}
}

// wantNone looks for PINs in a text.
func (b *bench) wantNone(where, text string) {
	b.t.Helper()
	b.tally.do(func() { b.tally.samples++ })
	if found := b.needles.Names([]byte(text)); len(found) > 0 {
		b.t.Errorf("%s has a PIN: %s", where, strings.Join(found, ", "))
		b.tally.do(func() { b.tally.inTexts++ })
	}
}

// underWay checks, while an attempt waits for the card, that the PIN is seen where it has to be, which also proves
// that it could be seen; that our copies are in locked pages; and that nothing about the processes tells it. Our
// processes are frozen meanwhile: what they wait for may come to an end sooner than all memory is read.
func (b *bench) underWay(p *person) {
	b.t.Helper()
	ours := b.ours(p)
	b.signal(ours, syscall.SIGSTOP)
	defer b.signal(ours, syscall.SIGCONT)
	for pid, role := range ours {
		r := b.look(pid)
		if len(r.Hits) == 0 {
			b.t.Errorf("%s does not hold the PIN while the card checks it", role)
		}
		b.countHeld(pid, role, r.Hits)
		b.closed(pid, role)
	}
	for _, pid := range append(tree(p.proc.PID), tree(b.Service.PID())...) {
		for _, file := range []string{"cmdline", "environ", "comm", "status", "stack", "syscall"} {
			b.wantNone(file+" of "+comm(pid), workplace.ReadIfThere(workplace.ProcFile(pid, file)))
		}
	}
}

func (b *bench) signal(pids map[int]string, s syscall.Signal) {
	b.t.Helper()
	for pid, role := range pids {
		if err := syscall.Kill(pid, s); err != nil {
			b.t.Errorf("%v to %s: %v", s, role, err)
		}
	}
}

// noCore is the limit of a process that leaves no core file, and cannot allow itself one.
const noCore = "0 0 bytes"

// closed checks that a process leaves no core file, and that no part of it has been swapped out.
func (b *bench) closed(pid int, role string) {
	b.t.Helper()
	limit, err1 := CoreLimit(pid)
	swapped, err2 := Swapped(pid)
	if err := errors.Join(err1, err2); err != nil || limit != noCore || swapped != "0 kB" {
		b.t.Errorf("%s may leave a core file of %s, and has %s swapped out; %v", role, limit, swapped, err)
	}
}

// countHeld counts copies of a process by whether they are locked. The card's child runs a foreign module, which makes
// copies of its own.
func (b *bench) countHeld(pid int, role string, hits []Hit) {
	b.t.Helper()
	for _, h := range hits {
		ok, err := Locked(pid, h.Address)
		b.Must(err)
		b.tally.do(func() {
			b.tally.held[role]++
			if !ok {
				b.tally.unlocked[role]++
			}
		})
		if !ok && role != "siths-cardhost" {
			b.t.Errorf("%s has the PIN as %s in %q, which is not locked", role, h.Form, h.Mapping)
		}
	}
}

// tree is a process and all that it has started.
func tree(pid int) []int {
	all := []int{pid}
	for _, child := range workplace.ChildrenOf(pid) {
		all = append(all, tree(child)...)
	}
	return all
}
