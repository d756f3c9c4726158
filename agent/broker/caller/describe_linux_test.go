package caller

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/broker"
)

// described asks a book who has connected until it knows the program.
func described(t *testing.T, b *Book, c broker.Caller) broker.Caller {
	t.Helper()
	for c.Digest == "" {
		again, err := b.Again(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		c = again
	}
	return c
}

func digestAt(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func TestAProgramIsReadOnceItHasCalled(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	behaving(t, who, path, "plain", d)
	b := New(t.Context(), &sessions{})
	c, err := b.Who(t.Context(), d.next(t))
	if err != nil {
		t.Fatal(err)
	}
	if c = described(t, b, c); c.Digest != digestAt(t, path) || c.Package != "" {
		t.Errorf("%+v", c)
	}
}

func TestAProgramOfAPackageIsThatPackages(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/usr/bin/cat": "coreutils", "/usr/bin/ssh": "openssh-client", "/usr/bin/none": ""} {
		if got := packageOf(path); got != want {
			t.Errorf("%s is of %q", path, got)
		}
	}
}

func TestAPackageOfOneArchitectureHasAName(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"libx:amd64.list": "/.\n/opt/x\n", "libx:amd64.md5sums": "\n/opt/y\n", "z.list": "/.\n/opt/yes\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"/opt/x": "libx", "/opt/y": "", "/opt": "", "opt/x": ""} {
		if got := packageIn(folder, path); got != want {
			t.Errorf("%s is of %q", path, got)
		}
	}
}

func TestAProgramThatOthersCouldWriteIsNotRead(t *testing.T) {
	t.Parallel()
	path := self(t)
	if err := os.Chown(path, who, who); err != nil {
		t.Fatal(err)
	}
	d := openDoor(t)
	behaving(t, who, path, "plain", d)
	b := New(t.Context(), &sessions{})
	c, err := b.Who(t.Context(), d.next(t))
	if err != nil || c.Exe != path {
		t.Fatal(c, err)
	}
	here, err := openCached(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = here.Close() }()
	f, _, err := stateOf(int(here.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := describe(path, f); err == nil {
		t.Errorf("it was read: %+v", d)
	}
}

func TestAProgramThatTakesLongToReadKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	p := &programs{ctx: t.Context(), known: newBounded[file, *entry](2), work: make(chan job, 2)} // where nothing is ever read
	f := file{size: 1}
	c := broker.Caller{Exe: "/opt/large"}
	begun := time.Now()
	for range 1000 {
		if got := p.describe(t.Context(), c, f); got != c {
			t.Fatalf("%+v", got)
		}
	}
	if took := time.Since(begun); took < coldTime {
		t.Errorf("the first came after %v", took)
	}
	if len(p.work) != 1 {
		t.Errorf("it is to be read %d times", len(p.work))
	}
}

func TestAFloodOfProgramsIsNotKept(t *testing.T) {
	p := &programs{ctx: t.Context(), known: newBounded[file, *entry](keptPrograms), work: make(chan job, mostWaiting)}
	for n := range 10 * keptPrograms {
		_ = p.entry("/opt/x", file{size: uint64(n)})
	}
	if len(p.work) != mostWaiting || len(p.known.all) != mostWaiting {
		t.Errorf("%d wait, %d are kept", len(p.work), len(p.known.all))
	}
	b := newBounded[int, int](3)
	for n := range 100 {
		b.put(n, n)
	}
	if v, ok := b.get(99); len(b.all) != 3 || !ok || v != 99 {
		t.Errorf("%v", b.all)
	}
}

func TestMountsThatCouldHangAreNotReadFrom(t *testing.T) {
	const info = "36 35 98:0 / / rw,relatime shared:1 - ext4 /dev/sda rw\n" +
		"37 36 0:50 / /home/anna/m rw,nosuid,nodev - fuse.sshfs a:/ rw\n" +
		"38 36 7:1 / /media/anna/ext4 rw,nosuid master:1 propagate_from:2 - ext4 /dev/loop1 rw\n" +
		"39 36 0:51 /x /net rw - nfs4 ext4 rw\n" +
		"40 36 0:52 / /usr ro shared:2 - squashfs /dev/loop2 ro\n" +
		"41 36 0:52 / /cut ro shared:2\n"
	for mount, want := range map[uint64]bool{36: true, 37: false, 38: false, 39: false, 40: true, 41: false, 42: false, 0: false} {
		if got := isLocalMount([]byte(info), mount); got != want {
			t.Errorf("mount %d: %v", mount, got)
		}
	}
}
