package e2e

import (
	"context"
	"path/filepath"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// tinyDisk is a folder's own file system, in bytes; enough for some rows.
const tinyDisk = "size=64k"

func TestWhatCannotBeRecordedDoesNotHappen(t *testing.T) {
	w := open(t, plan{})
	w.Must(w.Service.Stop())
	w.mountTinyDisk(w.Service.State())
	w.Must(w.Service.Start())
	card := w.InsertAnna()
	filler := w.fillDisk()
	for i, lang := range langs() {
		r := w.pam(attempt{lang: lang, typed: pin + "\n"})
		w.wantPAM(r, pamSystemErr)
		w.wantText(r, text.PAMProblem(lang, apitype.AuditUnwritable, nil))
		s := w.AwaitPhase(apitype.NeedPIN)
		if problem(s, apitype.AuditUnwritable) == nil || s.Session != nil {
			t.Errorf("the snapshot is %+v", s)
		}
		w.wantText(w.ctl("", lang, "", "status"), text.Problem(lang, apitype.AuditUnwritable).Headline)
		w.wantCtl(w.login(lang, pin), ctlFailed, lang, apitype.AuditUnwritable)
		w.AwaitPhase(apitype.NeedPIN)
		w.WantVerify(card, 2*i+2)
	}
	w.mustRun("rm", filler)
	w.wantPAM(w.pam(attempt{typed: pin + "\n"}), pamSuccess)
	if s := w.AwaitPhase(apitype.Unlocked); problem(s, apitype.AuditUnwritable) != nil {
		t.Errorf("with space again the snapshot says %+v", s.Problems)
	}
	w.WantVerify(card, 5)
	if r := w.ctl("", text.EN, "", "audit", "verify"); r.Code != ctlDone {
		t.Errorf("the log after the full disk: %s", said(r))
	}
}

// mountTinyDisk gives a folder a file system of its own for the time of the test.
func (w *world) mountTinyDisk(dir string) {
	w.t.Helper()
	w.mustRun("mount", "-t", "tmpfs", "-o", tinyDisk+",mode=700", "tmpfs", dir)
	w.t.Cleanup(func() {
		ctx := context.WithoutCancel(w.t.Context())
		if r, err := w.Lab.Lab.Run(ctx, stack.Cmd{Path: "umount", Args: []string{"--lazy", dir}}); err != nil || r.Code != 0 {
			w.t.Errorf("unmounting the tiny disk: %v %s", err, said(r))
		}
	})
}

// fillDisk fills the disk of the state folder, the room behind the log's last row too, and returns the file to delete.
func (w *world) fillDisk() string {
	w.t.Helper()
	filler := filepath.Join(w.Service.State(), "filler")
	w.Run(stack.Cmd{Path: "dd", Args: []string{"if=/dev/zero", "of=" + filler, "bs=1k"}}) // fails when the disk is full
	w.AwaitThat("the disk to be full", func() bool {
		w.Give("1", false) // a row, and nothing else
		return problem(w.Snapshot(), apitype.AuditUnwritable) != nil
	})
	return filler
}

// mustRun runs a program in the world as root.
func (w *world) mustRun(name string, args ...string) {
	w.t.Helper()
	if r := w.Run(stack.Cmd{Path: name, Args: args}); r.Code != 0 {
		w.t.Fatalf("%s %v: %s", name, args, said(r))
	}
}
