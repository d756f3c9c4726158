package p11

import (
	"errors"
	"slices"
	"testing"

	"siths-agent/agent/broker/p11/remote"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/broker/system"
)

// sees checks which slots a program sees, and which of them with a card.
func sees(t *testing.T, when string, c *remote.Conn, all, withCard int) {
	t.Helper()
	a, err := c.Slots(false)
	b, err2 := c.Slots(true)
	if err := errors.Join(err, err2); err != nil || len(a) != all || len(b) != withCard {
		t.Errorf("%s there are slots %v, with a card %v: %v", when, a, b, err)
	}
}

// TestAProgramThatIsNotReadYetFindsAnEmptySlot: a browser looks for slots once, and its package takes a while to find out.
func TestAProgramThatIsNotReadYetFindsAnEmptySlot(t *testing.T) {
	t.Parallel()
	s := anyProgram("packaged", system.TLS)
	s.Caller.Package = "tests"
	w := newWorld(t, s)
	w.unread = true
	c := dial(t, w)
	sees(t, "before it is read", c, 1, 0)
	w.mu.Lock()
	w.unread = false
	w.mu.Unlock()
	sees(t, "once it is read", c, 1, 1)
}

func TestAProgramOfAnotherPackageSeesNoSlot(t *testing.T) {
	t.Parallel()
	s := anyProgram("packaged", system.TLS)
	s.Caller.Package = "others"
	w := newWorld(t, s)
	sees(t, "with another package", dial(t, w), 0, 0)
}

// TestAProgramThatCannotBeLookedUpFindsAnEmptySlot, and is looked up again.
func TestAProgramThatCannotBeLookedUpFindsAnEmptySlot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unknown = errors.New("the login manager does not answer")
	c := dial(t, w)
	sees(t, "while it is not known", c, 1, 0)
	if _, err := c.OpenSession(theSlot); !errors.Is(err, rpc.TokenNotPresent) {
		t.Errorf("a session comes to %v", err)
	}
	w.mu.Lock()
	w.unknown = nil
	w.mu.Unlock()
	sees(t, "then", c, 1, 1)
}

// TestAProgramThatHasNoNameYetFindsAnEmptySlot: the kernel may have been too busy to say which it is.
func TestAProgramThatHasNoNameYetFindsAnEmptySlot(t *testing.T) {
	t.Parallel()
	s := anyProgram("named", system.TLS)
	s.Caller.MinTier, s.Caller.Exe = system.T1, []string{"/usr/lib/chromium/chromium"}
	w := newWorld(t, s)
	w.nameless, w.as = true, "/usr/lib/chromium/chromium"
	c := dial(t, w)
	sees(t, "while it has no name", c, 1, 0)
	w.mu.Lock()
	w.nameless = false
	w.mu.Unlock()
	sees(t, "then", c, 1, 1)
}

// TestAnotherPersonsCardIsAnEmptySlot: this person's may come next.
func TestAnotherPersonsCardIsAnEmptySlot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	w.out()
	me := w.uid
	w.uid = 4711
	w.insert(t, 2, issue(t, "Bo Berg"))
	sees(t, "with another's card", c, 1, 0)
	w.out()
	w.uid = me
	w.insert(t, 3, w.card)
	sees(t, "with the own card", c, 1, 1)
	if slots, err := c.Slots(true); err != nil || !slices.Equal(slots, []uint64{theSlot}) {
		t.Errorf("the slot is %v: %v", slots, err)
	}
}

func TestASystemThatNamesItsServersIsNotToBeHadThroughTheCard(t *testing.T) {
	t.Parallel()
	named := system.System{Name: "servers", Kind: system.SSH, SSH: &system.SSHRule{HostKeys: []string{"SHA256:one"}}}
	w := newWorld(t, named)
	sees(t, "with servers that only ssh-agent can tell", dial(t, w), 0, 0)
	any := system.System{Name: "any", Kind: system.SSH, SSH: &system.SSHRule{}}
	w.Reload([]system.System{named, any})
	c := dial(t, w)
	number, key := opened(t, c)
	if _, _, err := sign(c, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}, []byte("x"), 256); err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if last := w.rows[len(w.rows)-1]; !slices.Equal(last.Systems, []string{"any"}) {
		t.Errorf("the signature is for %v", last.Systems)
	}
}
