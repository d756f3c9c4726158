package stack_test

import (
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
)

// annasPassword and its hash are those of an account that exists in labs only.
const (
	annasPassword = "anna-secret"
	annasHash     = "$6$lab$SFDd.LoqzahPVN/Vj7ACDSNOYwJVMT0AsFUdBxgAj8buO.J.R.AQv2NlRbIuDaQP5b6K8z7NZVVrMgQoXGrb1."
)

// desk is a person at a screen with a locker.
type desk struct {
	*stacktest.Lab
	bus     *stack.Bus
	session *stack.Session
	display *stack.Display
	locker  *stack.Locker
}

// newDesk starts everything a desktop needs to lock, with PAM lines for the locker.
func newDesk(t *testing.T, lab *stacktest.Lab, kind stack.LockerKind, pam ...string) desk {
	t.Helper()
	lab.PAM(string(kind), pam...)
	bus := lab.Bus()
	session := lab.Session(lab.Logind(bus), "anna")
	display := lab.Xvfb()
	locker := lab.Locker(session, display, kind)
	return desk{Lab: lab, bus: bus, session: session, display: display, locker: locker}
}

// lock locks the screen by logind's word and waits for the locker.
func (d desk) lock(t *testing.T) {
	t.Helper()
	if err := d.session.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.locker.AwaitLocked(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// unlock types what opens the locker and waits for its end.
func (d desk) unlock(t *testing.T, secret string) {
	t.Helper()
	if err := d.locker.Enter(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if err := d.locker.AwaitUnlocked(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func lockers() []stack.LockerKind { return []stack.LockerKind{stack.I3Lock, stack.XSecureLock} }

func TestALockerLocksOnLogindsWordAndOpensForThePassword(t *testing.T) {
	t.Parallel()
	for _, kind := range lockers() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			people := stack.DefaultPeople()
			people[0].PasswordHash = annasHash
			lab := stacktest.New(t, stack.Options{People: people})
			d := newDesk(t, lab, kind, "auth required pam_unix.so", "account required pam_unix.so")
			for range 2 {
				d.lock(t)
				if hint, err := d.session.Property("LockedHint"); err != nil || hint.Value() != true {
					t.Errorf("LockedHint while locked: %v, %v", hint, err)
				}
				d.unlock(t, annasPassword)
			}
		})
	}
}

func TestALockerStaysForAWrongPassword(t *testing.T) {
	t.Parallel()
	for _, kind := range lockers() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			people := stack.DefaultPeople()
			people[0].PasswordHash = annasHash
			lab := stacktest.New(t, stack.Options{People: people})
			refused := lab.Path("home", "anna", "refused")
			// pam_exec runs only after pam_unix has refused, and so tells when that was.
			d := newDesk(t, lab, kind, "auth [success=done default=ignore] pam_unix.so nodelay",
				"auth optional pam_exec.so quiet /usr/bin/touch "+refused, "auth requisite pam_deny.so", "account required pam_permit.so")
			d.lock(t)
			if err := d.locker.Enter(t.Context(), "not-"+annasPassword); err != nil {
				t.Fatal(err)
			}
			awaitFile(t, refused)
			if !d.locker.Running() {
				t.Fatal("the locker has ended")
			}
		})
	}
}
