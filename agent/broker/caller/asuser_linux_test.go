package caller

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"siths-agent/agent/safesocket"
)

// fsIDs are the ids that threads of this process have for files (proc(5), status).
func fsIDs(t *testing.T) map[string]int {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, thread := range threads {
		status, err := os.ReadFile("/proc/self/task/" + thread.Name() + "/status")
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // it has ended
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(status)) {
			if f := strings.Fields(line); f[0] == "Uid:" || f[0] == "Gid:" {
				all[f[4]]++
			}
		}
	}
	return all
}

func TestLookingAsAUserChangesNoThreadForLong(t *testing.T) {
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			err := AsUser(who, who+1, func() {
				uid, _ := unix.SetfsuidRetUid(-1)
				gid, _ := unix.SetfsgidRetGid(-1)
				if uid != who || gid != who+1 || os.Geteuid() != 0 {
					t.Errorf("as %d:%d", uid, gid)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if ids := fsIDs(t); len(ids) != 1 || ids["0"] == 0 {
		t.Errorf("threads have %v", ids)
	}
}

func TestALookThatBreaksOffLeavesNoThreadChanged(t *testing.T) {
	if err := AsUser(who, who, runtime.Goexit); !errors.Is(err, errAsUser) {
		t.Errorf("%v", err)
	}
	if ids := fsIDs(t); len(ids) != 1 || ids["0"] == 0 {
		t.Errorf("threads have %v", ids)
	}
}

// lookWith has a process of root's with these powers alone (capabilities(7)) look at another, and returns what it says.
func lookWith(t *testing.T, powers string, p safesocket.Peer) string {
	t.Helper()
	cmd := exec.Command("/usr/bin/setpriv", "--bounding-set", "-all"+powers, self(t))
	cmd.Env = []string{"CALLER_MANNER=look", fmt.Sprintf("CALLER_PEER=%d %d %d", p.PID, p.UID, p.GID)}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// lookAt is what the process says that lookWith has started.
func lookAt(peer string) error {
	var p safesocket.Peer
	if _, err := fmt.Sscan(peer, &p.PID, &p.UID, &p.GID); err != nil {
		return err
	}
	if own, err := os.Readlink(procPath(p.PID, "exe")); err == nil {
		return fmt.Errorf("its own eyes see %s: the test proves nothing", own)
	}
	seen, err := look(p)
	glanced, errGlanced := glance(p)
	fmt.Printf("path %q, started %t, same %t, refused %t %t", seen.path, seen.start > 0, glanced == sight{start: seen.start, image: seen.image, file: seen.file},
		errors.Is(err, errAsUser), errors.Is(errGlanced, errAsUser))
	return nil
}

// unitPowers are those that the service's unit leaves it for this.
const unitPowers = ",+setuid,+setgid,+kill"

func TestTheServiceSeesProgramsWithThePowersOfItsUnit(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	behaving(t, who, path, "plain", d)
	p := peerOf(t, d.next(t))
	if got, want := lookWith(t, unitPowers, p), fmt.Sprintf("path %q, started true, same true, refused false false", path); got != want {
		t.Errorf("%s, and not %s", got, want)
	}
	if got, want := lookWith(t, "", p), `path "", started true, same true, refused true true`; got != want {
		t.Errorf("without any: %s, and not %s", got, want)
	}
}

// TestAProcessThatHidesFromItsUserHasNoProgram runs a program that its user cannot read, which is hidden (proc(5)).
func TestAProcessThatHidesFromItsUserHasNoProgram(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	if err := os.Chmod(path, 0o711); err != nil {
		t.Fatal(err)
	}
	behaving(t, who, path, "plain", d)
	p := peerOf(t, d.next(t))
	if got, want := lookWith(t, unitPowers, p), `path "", started true, same true, refused false false`; got != want {
		t.Errorf("%s, and not %s", got, want)
	}
}
