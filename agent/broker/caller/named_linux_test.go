package caller

import (
	"errors"
	"os"
	"testing"
	"time"

	"siths-agent/agent/broker/system"
)

func TestAProcessIsNamedForWhoAsksAboutIt(t *testing.T) {
	t.Parallel()
	d, path := openDoor(t), self(t)
	p := behaving(t, who, path, "plain", d)
	b := New(t.Context(), &sessions{})
	connected, err := b.Who(t.Context(), d.next(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.Running(t.Context(), p.pid())
	if err != nil {
		t.Fatal(err)
	}
	if c.PID != connected.PID || c.Start != connected.Start || c.UID != who || c.Session != connected.Session || c.Image != connected.Image ||
		c.Exe != path || c.Tier != connected.Tier {
		t.Errorf("%+v, and at the door %+v", c, connected)
	}
	p.end()
	for _, pid := range []int32{p.pid(), 0, -1} {
		if c, err := b.Running(t.Context(), pid); !errors.Is(err, ErrGone) {
			t.Errorf("process %d: %+v, %v", pid, c, err)
		}
	}
}

func TestAProgramIsNamedBeforeItRuns(t *testing.T) {
	t.Parallel()
	b := New(t.Context(), &sessions{})
	c := b.Stored(t.Context(), "/usr/bin/../bin/ssh", 7, "c1")
	if c.UID != 7 || c.Session != "c1" || c.Exe != "/usr/bin/ssh" || c.Tier != system.T1 || c.PID != 0 {
		t.Errorf("it would be %+v", c)
	}
	again, until := time.NewTicker(10*time.Millisecond), time.Now().Add(20*time.Second)
	defer again.Stop()
	for c.Package != "openssh-client" && time.Now().Before(until) { // it is read in the background
		<-again.C
		c = b.Stored(t.Context(), "/usr/bin/ssh", 7, "c1")
	}
	if c.Package != "openssh-client" || c.Digest == "" {
		t.Errorf("it would be %+v", c)
	}
	if c := b.Stored(t.Context(), t.TempDir()+"/none", uint32(os.Getuid()), ""); c.Package != "" || c.Image.Inode != 0 || c.Tier != system.T1 {
		t.Errorf("what is not there would be %+v", c)
	}
}
