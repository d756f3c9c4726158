package caller

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"siths-agent/agent/broker/system"
)

// attempts is how often an attack that is a race is tried.
const attempts = 40

// TestWhoConnectsAndThenRunsAnAllowedProgramPassesForItInTheFirstTierAlone is why that tier is no boundary: a program of
// the same user connects, becomes the allowed one, and leaves the connection with a process of its own. The label of the
// kernel's security module is the one at the time of connecting; without such a module there is no second tier.
func TestWhoConnectsAndThenRunsAnAllowedProgramPassesForItInTheFirstTierAlone(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	first, second := 0, 0
	for range attempts {
		p := behaving(t, who, path, "exec", d)
		conn := d.next(t)
		becomes(t, p.pid(), allowed)
		c := askedWho(t, conn)
		if c.Exe == allowed && c.Tier >= system.T1 {
			first++
		}
		if c.Tier >= system.T2 {
			second++
		}
		p.end()
	}
	t.Logf("of %d, the first tier takes %d for %s and the second %d", attempts, first, allowed, second)
	if second != 0 {
		t.Errorf("the second tier was reached %d times of %d", second, attempts)
	}
	if first != attempts {
		t.Errorf("the first tier was reached %d times of %d: the documents say that it is no boundary", first, attempts)
	}
}

// TestWhoWasLookedUpBeforeItRanAnAllowedProgramIsRefusedFromThenOn is what the first tier does hold.
func TestWhoWasLookedUpBeforeItRanAnAllowedProgramIsRefusedFromThenOn(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	b := New(t.Context(), &sessions{})
	for range attempts {
		p := behaving(t, who, path, "later", d)
		c, err := b.Who(t.Context(), d.next(t))
		if err != nil || c.Exe != path {
			t.Fatalf("%+v, %v", c, err)
		}
		if _, err := p.in.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
		becomes(t, c.PID, allowed)
		if again, err := b.Again(t.Context(), c); !errors.Is(err, ErrChanged) {
			t.Fatalf("%+v, %v", again, err)
		}
		p.end()
	}
}

// preloaded connects when it is loaded into a program.
const preloaded = `
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
__attribute__((constructor)) static void attack(void) {
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	strncpy(to.sun_path, getenv("CALLER_SOCKET"), sizeof to.sun_path - 1);
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to);
}`

// TestALibraryThatIsLoadedIntoAnAllowedProgramSpeaksAsIt is the other reason.
func TestALibraryThatIsLoadedIntoAnAllowedProgramSpeaksAsIt(t *testing.T) {
	t.Parallel()
	d, dir := openDoor(t), common(t)
	source, library := filepath.Join(dir, "attack.c"), filepath.Join(dir, "attack.so")
	if err := os.WriteFile(source, []byte(preloaded), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", library, source).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	start(t, who, allowed, "LD_PRELOAD="+library, "CALLER_SOCKET="+d.path)
	if c := askedWho(t, d.next(t)); c.Exe != allowed || c.Tier != system.T1 {
		t.Errorf("%+v: the documents say that it passes for %s", c, allowed)
	}
}

func TestAConnectionThatIsHandedOnStaysItsMakers(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	mine, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	conn := d.next(t)
	ours, theirs := pair(t)
	cmd := exec.Command(path)
	cmd.ExtraFiles = []*os.File{theirs}
	p := startCmd(t, who, cmd, "CALLER_MANNER=receiver")
	handOn(t, ours, mine.(*net.UnixConn))
	_ = mine.Close()
	text := make([]byte, 4)
	if _, err := io.ReadFull(conn, text); err != nil || string(text) != "mine" {
		t.Fatalf("%q, %v", text, err)
	}
	if c := askedWho(t, conn); c.PID != int32(os.Getpid()) || c.UID != 0 || c.PID == p.pid() {
		t.Errorf("it is %+v now", c)
	}
}

// pair is two ends of a socket.
func pair(t *testing.T) (ours int, theirs *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "theirs")
	t.Cleanup(func() { _ = unix.Close(fds[0]); _ = theirs.Close() })
	return fds[0], theirs
}

// handOn passes a connection (SCM_RIGHTS, unix(7)).
func handOn(t *testing.T, to int, conn *net.UnixConn) {
	t.Helper()
	f, err := conn.File()
	if err == nil {
		err = unix.Sendmsg(to, []byte{0}, unix.UnixRights(int(f.Fd())), nil, 0)
		_ = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAConnectionWhoseMakerHasLeftItToAChildIsNobodys(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	p := behaving(t, who, self(t), "fork", d)
	conn := d.next(t)
	<-p.ended
	if c, err := New(t.Context(), &sessions{}).Who(t.Context(), conn); !errors.Is(err, ErrGone) {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestAProgramOfTheSameNameInAContainerIsAnother has one file stand in another's place, for one process alone.
func TestAProgramOfTheSameNameInAContainerIsAnother(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	user := strconv.Itoa(who)
	const inside = `mount --bind "$1" ` + allowed + ` && exec setpriv --reuid "$2" --regid "$2" --clear-groups ` + allowed
	cmd := exec.Command("/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", inside, "sh", path, user)
	startCmd(t, 0, cmd, "PATH=/usr/bin:/bin", "CALLER_MANNER=plain", "CALLER_SOCKET="+d.path)
	conn := d.next(t)
	seen, err := os.Readlink(procPath(peerOf(t, conn).PID, "exe"))
	if err != nil || seen != allowed {
		t.Fatalf("its path is %s, %v", seen, err)
	}
	if c := askedWho(t, conn); c.Exe != "" || c.Tier != system.T0 || c.UID != who {
		t.Errorf("it passes for %s: %+v", allowed, c)
	}
}

// TestAProgramThatIsOnNoDiskIsNone runs a file that exists in memory alone (memfd_create(2)).
func TestAProgramThatIsOnNoDiskIsNone(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	fd, err := unix.MemfdCreate("cat", 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "cat")
	text, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = f.Chmod(0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Open("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Close() }()
	_ = f.Close() // what is open for writing does not run
	cmd := exec.Command("/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{program}
	startCmd(t, who, cmd, "CALLER_MANNER=plain", "CALLER_SOCKET="+d.path)
	if c := askedWho(t, d.next(t)); c.Exe != "" || c.Tier != system.T0 {
		t.Errorf("%+v", c)
	}
}
