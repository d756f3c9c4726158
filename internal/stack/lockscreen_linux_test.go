package stack_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/testpki"
)

// annasPIN is the authentication PIN of siths-vcard's cards.
const annasPIN = "123456"

// office is a desk where anna's card opens the screen: every part between them is real.
type office struct {
	desk
	card   *stack.Card
	agent  *stack.Agent
	module string // the PAM module's path
	client client.Client
}

// newOffice starts everything, with anna's card in the reader.
func newOffice(t *testing.T, kind stack.LockerKind) office {
	t.Helper()
	lab := stacktest.New(t, stack.Options{})
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, trust := lab.Path("card"), lab.Path("trust")
	issued, err := pki.IssueCard(testpki.Person{})
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range []error{issued.Write(keys), pki.WriteTrust(trust)} {
		if write != nil {
			t.Fatal(write)
		}
	}
	module, err := lab.Program("pam_siths.so")
	if err != nil {
		t.Fatal(err)
	}
	lab.PCSCD()
	card := lab.Card(keys, stack.CardOptions{})
	// The service's folder is known only when it runs, and the locker reads its PAM file only when it asks.
	d := newDesk(t, lab, kind, "auth required pam_deny.so")
	agent := lab.Agent(stack.AgentOptions{
		Anchors: []string{trust}, Policy: pki.PolicyTOML(),
		Accounts: map[string]string{issued.Person.HSAID: "anna"},
	})
	lab.PAM(string(kind), "auth required "+module+" socket="+agent.Socket(), "account required "+module+" socket="+agent.Socket())
	return office{desk: d, card: card, agent: agent, module: module, client: client.Client{Socket: agent.Socket()}}
}

// await waits for a phase of the main job.
func (o office) await(t *testing.T, phase apitype.Phase) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var last apitype.Snapshot
	err := o.client.Watch(ctx, func(s apitype.Snapshot) error {
		if last = s; s.Phase == phase {
			return errArrived
		}
		return nil
	})
	if last.Phase != phase {
		t.Fatalf("phase is %q, want %q: %v %+v", last.Phase, phase, err, last.Problems)
	}
}

// errArrived ends watching.
var errArrived = errors.New("the awaited phase is there")

func TestTheCardOpensTheLockScreenAndItsRemovalLocksIt(t *testing.T) {
	t.Parallel()
	for _, kind := range lockers() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, kind)
			o.lock(t)
			for range 2 {
				o.await(t, apitype.NeedPIN)
				o.unlock(t, annasPIN)
				o.await(t, apitype.Unlocked)
				if err := o.card.Remove(); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if err := o.locker.AwaitLocked(t.Context()); err != nil {
					t.Fatal(err)
				}
				t.Logf("from the card's removal to a covered screen: %v", time.Since(start))
				if err := o.card.Insert(); err != nil {
					t.Fatal(err)
				}
			}
			o.onePINIsOneVerify(t)
		})
	}
}

// onePINIsOneVerify checks that the two PINs that were typed were the only two that the card was asked to check.
func (o office) onePINIsOneVerify(t *testing.T) {
	t.Helper()
	counted, err := o.card.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if counted.Verify != 2 || counted.Sign != 2 {
		t.Errorf("the card checked %d PINs and signed %d times, want 2 and 2", counted.Verify, counted.Sign)
	}
}

func TestAWrongPINLeavesTheScreenLockedAndCostsOneTry(t *testing.T) {
	t.Parallel()
	for _, kind := range lockers() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, kind)
			o.lock(t)
			o.await(t, apitype.NeedPIN)
			if err := o.locker.Enter(t.Context(), "000000"); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := stack.Await(ctx, "the card to have checked a PIN", func() bool {
				counted, err := o.card.Stat()
				return err == nil && counted.Verify > 0
			})
			if err != nil {
				t.Fatal(err)
			}
			o.await(t, apitype.NeedPIN)
			if !o.locker.Running() {
				t.Error("the locker has ended")
			}
			if counted, err := o.card.Stat(); err != nil || counted.Verify != 1 {
				t.Errorf("the card checked %d PINs, %v", counted.Verify, err)
			}
		})
	}
}

func TestWithoutTheServiceTheScreenStaysLocked(t *testing.T) {
	t.Parallel()
	o := newOffice(t, stack.I3Lock)
	o.await(t, apitype.NeedPIN)
	refused := filepath.Join(o.Home("anna"), "refused")
	// pam_exec runs only after our module has refused. i3lock reads the file when it locks.
	o.PAM(string(stack.I3Lock), "auth [success=done default=ignore] "+o.module+" socket="+o.agent.Socket(),
		"auth optional pam_exec.so quiet /usr/bin/touch "+refused, "auth requisite pam_deny.so")
	o.lock(t)
	if err := o.agent.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := o.locker.Enter(t.Context(), annasPIN); err != nil {
		t.Fatal(err)
	}
	awaitFile(t, refused)
	if !o.locker.Running() {
		t.Error("the locker has ended")
	}
}
