package neighbours

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack/workplace"
)

// spoilt are ways in which a file that the service reads may be no file of root's.
func (w *world) spoilt() map[string]func(path string) error {
	his := filepath.Join(w.bobs("hands", 0o755), "file")
	w.Must(os.WriteFile(his, nil, 0o644))
	w.Must(os.Chown(his, bobsUID, bobsUID))
	roots := filepath.Join(filepath.Dir(his), "roots") // root's file where bob can put another
	anchors, err := filepath.Glob(w.Path("trust", "*.pem"))
	w.Must(err)
	pem, err := os.ReadFile(anchors[0])
	w.Must(err)
	return map[string]func(string) error{
		"writable for everybody": func(p string) error { return made(p, 0o666, 0) },
		"another's":              func(p string) error { return made(p, 0o644, bobsUID) },
		"a link to another's":    func(p string) error { return os.Symlink(his, p) },
		"a hard link":            func(p string) error { return os.Link(his, p) },
		"a link past another": func(p string) error {
			text := []byte("[session]\n")
			if filepath.Ext(p) == ".pem" {
				text = pem
			}
			return errors.Join(os.WriteFile(roots, text, 0o644), os.Symlink(roots, p))
		},
		"a link to itself":     func(p string) error { return os.Symlink(p, p) },
		"a pipe":               func(p string) error { return unix.Mkfifo(p, 0o644) },
		"a device without end": func(p string) error { return unix.Mknod(p, unix.S_IFCHR|0o644, int(unix.Mkdev(1, 5))) },
		"a socket":             func(p string) error { return unix.Mknod(p, unix.S_IFSOCK|0o644, 0) },
		"a folder":             func(p string) error { return os.Mkdir(p, 0o755) },
		"a gigabyte":           gigabyte,
	}
}

func made(path string, mode os.FileMode, uid int) error {
	if err := os.WriteFile(path, []byte("[session]\n"), 0o644); err != nil {
		return err
	}
	if err := os.Chmod(path, mode); err != nil {
		return err
	}
	return os.Chown(path, uid, uid)
}

func gigabyte(path string) error {
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		return err
	}
	return os.Truncate(path, 1<<30)
}

func TestAFileThatIsNotRootsOwnIsRefusedAndTheOldPolicyStays(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{})
	w.InsertAnna()
	spoilt, cases := w.spoilt(), 0
	slowest := time.Duration(0)
	for _, path := range []string{w.etc("agent.toml"), w.etc("accounts.toml"), w.etc("agent.toml.d/60.toml"), w.Path("trust", "60.pem")} {
		kept, hadOne := os.ReadFile(path)
		for name, spoil := range spoilt {
			w.Must(os.RemoveAll(path))
			w.Must(spoil(path))
			slowest = max(slowest, w.wantConfigRefused(name, path))
			w.Must(os.RemoveAll(path))
			if hadOne == nil {
				w.Must(os.WriteFile(path, kept, 0o644))
			}
			cases++
		}
	}
	w.Must(w.Service.Reload())
	w.Await("the good files to be taken", func(s apitype.Snapshot) bool {
		return workplace.ProblemOf(s, apitype.ConfigInvalid) == nil && s.Phase == apitype.NeedPIN
	})
	w.Unlock()
	if p := w.load().peak; p > goalMemory {
		t.Errorf("the service took %d kB", p)
	}
	soak.Report(t, soak.Row{ID: "4.5", Name: "policy, accounts and trust files that are not root's own, or are no files",
		Asked: "refused with the file's name, the old policy stays, no hang", Found: fmt.Sprintf("%d cases refused, the slowest after %.0f ms", cases, ms(slowest)),
		Command: "make soak ONLY=TestAFileThatIsNotRoots"})
}

// wantConfigRefused reloads and wants the message to name the file. It returns how long that took.
func (w *world) wantConfigRefused(what, path string) time.Duration {
	w.t.Helper()
	before := 0
	for _, row := range w.Rows() {
		before = int(row.Seq)
	}
	begun := time.Now()
	w.Must(w.Service.Reload())
	row := w.AwaitRow(what+" at "+path, func(e audit.Entry) bool {
		return int(e.Seq) > before && (e.Event == audit.PolicyRefused || e.Event == audit.PolicyReloaded)
	})
	if row.Event != audit.PolicyRefused || !strings.Contains(row.Reason, filepath.Base(path)) {
		w.t.Errorf("%s at %s: %s %q", what, path, row.Event, row.Reason)
	}
	if s := w.Snapshot(); s.Holder == nil || s.Holder.Account != "anna" {
		w.t.Errorf("%s at %s: the old policy is gone: %+v", what, path, s)
	}
	return time.Since(begun)
}

func TestPolicyThatIsReplacedInTheMiddleOfLoginsBreaksNone(t *testing.T) {
	t.Parallel()
	w := open(t, workplace.Plan{})
	card := w.InsertAnna()
	pid := w.Service.PID()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- w.replaceFor(ctx) }()
	logins, early, refused := soak.Size(5, 400), 0, 0
	done := 0
	for begun := time.Now(); done < logins && time.Since(begun) < 3*time.Minute; {
		offer, err := w.API.UnlockBegin(ctx, apitype.UnlockRequest{Account: "anna"})
		if err != nil {
			early++ // the card is looked at anew after each reload
			continue
		}
		r, err := w.API.PIN(ctx, apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock}, []byte(workplace.PIN))
		w.Must(err)
		if !r.OK {
			refused++
			continue
		}
		if a, err := w.API.UnlockFinish(ctx, offer.Unlock); err != nil || a.Account != "anna" {
			t.Fatalf("finishing: %+v, %v", a, err)
		}
		done++
		w.Must(w.API.Lock(ctx))
	}
	stop()
	reloads := <-ended
	if done < logins {
		t.Errorf("%d of %d logins came about", done, logins)
	}
	w.AwaitReopened()
	if stat := w.Stat(card); w.Service.PID() != pid || stat.Verify < logins || stat.Verify > logins+refused {
		t.Errorf("%d logins and %d refusals took %+v", logins, refused, stat)
	}
	w.WantWholeLog()
	soak.Report(t, soak.Row{ID: "4.6", Name: "policy replaced, good and bad, and reloaded during logins",
		Asked: "≥ 200 reloads, no crash, no hang, no PIN try lost", Found: fmt.Sprintf("%d logins, %d reloads, %d asked again", logins, reloads, early+refused),
		Missed: soak.Long() && reloads < 200, Command: "make soak ONLY=TestPolicyThatIsReplaced"})
}

// replaceFor replaces a drop-in, by renaming and in place, and has it read, until ctx ends. It returns how often.
func (w *world) replaceFor(ctx context.Context) int {
	// The card is read anew after each good one.
	texts := []string{"[session]\nidle_lock = \"9m\"\n", "[session]\nidle_lock = \"never\"\n", "[sess", ""}
	target := w.etc("agent.toml.d/60.toml")
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		text := []byte(texts[n%len(texts)])
		fresh := w.etc("fresh")
		_ = os.WriteFile(fresh, text, 0o644)
		if rand.IntN(2) == 0 {
			_ = os.Rename(fresh, target)
		} else {
			_ = os.WriteFile(target, text, 0o644)
		}
		_ = w.Service.Reload()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return n + 1
		}
	}
}
