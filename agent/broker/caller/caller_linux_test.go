package caller

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/broker/system"
)

func TestACallerIsNamedByTheKernel(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	p := behaving(t, who, path, "plain", d)
	s := &sessions{}
	b := New(t.Context(), s)
	conn := d.next(t)
	for range 3 {
		c, err := b.Who(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		if c.PID != p.pid() || c.UID != who || c.GID != who || c.Session != "c61788" || c.Start == 0 {
			t.Errorf("%+v, and not process %d of user %d", c, p.pid(), who)
		}
		if c.Exe != path || c.Tier != system.T1 || c.Image.Inode == 0 {
			t.Errorf("%+v, and not %s", c, path)
		}
	}
	if s.asked != 1 {
		t.Errorf("its session was asked for %d times", s.asked)
	}
}

func TestACallerThatHasEndedIsNobody(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	p := behaving(t, who, self(t), "plain", d)
	conn := d.next(t)
	b := New(t.Context(), &sessions{})
	c, err := b.Who(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	p.end()
	if c, err := b.Who(t.Context(), conn); !errors.Is(err, ErrGone) {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := b.Again(t.Context(), c); !errors.Is(err, ErrGone) {
		t.Errorf("again: %+v, %v", c, err)
	}
}

func TestAnotherProcessUnderTheSameNumberIsNobody(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	behaving(t, who, self(t), "plain", d)
	b := New(t.Context(), &sessions{})
	c, err := b.Who(t.Context(), d.next(t))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.Again(t.Context(), c); err != nil || again.PID != c.PID {
		t.Errorf("%+v, %v", again, err)
	}
	c.Start--
	if again, err := b.Again(t.Context(), c); !errors.Is(err, ErrGone) {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestACallerThatBecomesAnotherProgramIsRefused(t *testing.T) {
	t.Parallel()
	d := openDoor(t)
	p := behaving(t, who, self(t), "later", d)
	b := New(t.Context(), &sessions{})
	c, err := b.Who(t.Context(), d.next(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.in.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	becomes(t, c.PID, allowed)
	if again, err := b.Again(t.Context(), c); !errors.Is(err, ErrChanged) {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestAProgramThatWasReplacedWhileItRanIsKnownOnOldConnectionsOnly(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	behaving(t, who, path, "plain", d)
	conn := d.next(t)
	b := New(t.Context(), &sessions{})
	c, err := b.Who(t.Context(), conn)
	if err != nil || c.Tier != system.T1 {
		t.Fatal(c, err)
	}
	if err := os.Rename(copyTo(t, path+".new", allowed), path); err != nil {
		t.Fatal(err)
	}
	if again, err := b.Again(t.Context(), c); err != nil || again.Exe != path {
		t.Errorf("on the old connection: %+v, %v", again, err)
	}
	if c := askedWho(t, conn); c.Exe != "" || c.Tier != system.T0 {
		t.Errorf("it passes for what has taken its place: %+v", c)
	}
}

func TestAProgramThatIsNowhereIsNone(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	behaving(t, who, path, "plain", d)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if c := askedWho(t, d.next(t)); c.Exe != "" || c.Tier != system.T0 || c.UID != who {
		t.Errorf("%+v", c)
	}
}

func TestAProgramAtASymbolicLinkIsItself(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	link := filepath.Join(filepath.Dir(path), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	behaving(t, who, link, "plain", d)
	if c := askedWho(t, d.next(t)); c.Exe != path {
		t.Errorf("%+v", c)
	}
}

func TestAScriptIsItsInterpreter(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	script := filepath.Join(filepath.Dir(path), "script")
	if err := os.WriteFile(script, []byte("#!"+path+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	behaving(t, who, script, "plain", d)
	if c := askedWho(t, d.next(t)); c.Exe != path || strings.Contains(c.Exe, "script") {
		t.Errorf("%+v", c)
	}
}
