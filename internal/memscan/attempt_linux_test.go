package memscan

import (
	"encoding/binary"
	"fmt"
	"net"
	"syscall"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack/workplace"
)

// scenario is one thing that may happen to a PIN.
type scenario struct {
	name string
	do   func(b *bench)
}

// ordinary are attempts that end as attempts do.
func ordinary() []scenario {
	return []scenario{
		{"a wrong PIN and the right one, in PAM and in sithsctl", func(b *bench) {
			pin := b.newCard()
			b.attempt("a wrong PIN in PAM", b.pam, b.canary())
			b.attempt("the right PIN in PAM", b.pam, pin)
			b.relock()
			b.attempt("a wrong PIN in sithsctl", b.ctl, b.canary())
			b.attempt("the right PIN in sithsctl", b.ctl, pin)
			b.relock()
		}},
		{"card care that fails and that works, in sithsctl", cared},
		{"half a PIN typed in sithsctl, and cancelled", halfTyped},
		{"a PIN typed in an application that is killed", cancelledInPAM},
		{"a PIN channel that breaks in the middle", func(b *bench) { _ = b.halfSent().Close(); b.clean("a channel that broke") }},
	}
}

// attempt gives a PIN in a program and looks at all that is left.
func (b *bench) attempt(what string, start func(string) *person, pin string) {
	b.t.Helper()
	p := start(pin)
	b.types(p, pin+"\n")
	b.endedClean(what, p)
	b.clean(what)
}

// relock ends the login, and looks at the child's successor too.
func (b *bench) relock() {
	b.t.Helper()
	b.AwaitPhase(apitype.Unlocked)
	b.Must(b.API.Lock(b.t.Context()))
	b.AwaitReopened()
	b.clean("a lock")
}

func halfTyped(b *bench) {
	pin := b.canary()
	p := b.ctl(pin)
	b.types(p, pin[:windowLen])
	b.AwaitThat("sithsctl to have read it", func() bool { return len(b.look(p.pid).Hits) > 0 })
	b.countHeld(p.pid, p.role, b.look(p.pid).Hits)
	b.Must(p.proc.Signal(syscall.SIGINT))
	_ = b.leaves(p) // it was interrupted with the half in hand; that memory is nobody's now
	b.clean("half a PIN in sithsctl")
}

func cancelledInPAM(b *bench) {
	pin := b.canary()
	p := b.pam(pin)
	b.types(p, pin)
	p.proc.Kill()
	b.endedClean("an application that was killed", p)
	b.clean("an application that was killed")
}

// halfSent opens a PIN channel and sends the beginning of a PIN.
func (b *bench) halfSent() net.Conn {
	b.t.Helper()
	pin := b.canary()
	conn, err := net.Dial("unix", b.API.Socket)
	b.Must(err)
	_, err = fmt.Fprintf(conn, "POST /v1/pin HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", apitype.Host, apitype.UpgradePIN)
	b.Must(err)
	answer := make([]byte, 512)
	n, err := conn.Read(answer)
	b.Must(err)
	if got := string(answer[:n]); len(got) < 12 || got[9:12] != "101" {
		b.t.Fatalf("the channel answers %q", got)
	}
	frame := append(binary.BigEndian.AppendUint64(nil, b.Snapshot().Card.Insertion), CanaryLen)
	_, err = conn.Write(append(frame, pin[:windowLen]...))
	b.Must(err)
	b.AwaitThat("the service to have read it", func() bool { return len(b.look(b.Service.PID()).Hits) > 0 })
	return conn
}

// silence starts an attempt that comes to the card and gets no answer.
func (b *bench) silence() *person {
	b.t.Helper()
	pin := b.canary()
	p := b.pam(pin)
	b.Must(b.card.Fault("silent"))
	before := b.Stat(b.card).APDU
	b.types(p, pin+"\n")
	b.AwaitThat("the card to be asked", func() bool { return b.Stat(b.card).APDU > before })
	b.underWay(p)
	return p
}

// interrupted are attempts that are broken off while the card has the PIN.
func interrupted() []scenario {
	return []scenario{
		{"a card that says nothing, and its child killed for it", func(b *bench) {
			p := b.silence()
			b.endedClean("a silent card", p)
			b.clean("a silent card")
			b.reinsert()
		}},
		{"a card pulled in the middle", func(b *bench) {
			p := b.silence()
			b.Must(b.card.Remove())
			b.endedClean("a card pulled", p)
			b.clean("a card pulled")
			b.reinsert()
		}},
		{"a child killed", func(b *bench) {
			p := b.silence()
			for _, child := range b.Children() {
				b.Must(syscall.Kill(child, syscall.SIGKILL))
			}
			b.endedClean("a child killed", p)
			b.clean("a child killed")
			b.reinsert()
		}},
		{"an application killed", func(b *bench) {
			p := b.silence()
			p.proc.Kill()
			_ = b.leaves(p) // it was killed with the PIN in hand; that memory is nobody's now
			b.AwaitThat("the attempt to be over", func() bool { return b.Snapshot().Phase != apitype.Verifying })
			b.clean("an application killed")
			b.reinsert()
		}},
	}
}

// ended are attempts during which the service ends.
func ended() []scenario {
	return []scenario{
		{"a service killed", func(b *bench) { b.endService(syscall.SIGKILL, false) }},
		{"a service told to stop", func(b *bench) { b.endService(syscall.SIGTERM, true) }},
		{"a service that crashes", func(b *bench) { b.endService(syscall.SIGABRT, false) }},
	}
}

// endService ends the service by a signal while the card has a PIN, and starts it again.
func (b *bench) endService(how syscall.Signal, orderly bool) {
	b.t.Helper()
	p := b.silence()
	service := &person{pid: b.Service.PID(), role: "siths-agentd"}
	b.watch(service, b.canaries[len(b.canaries)-1])
	children := b.Children()
	b.Must(syscall.Kill(service.pid, how))
	last := b.lastMoment(service)
	if orderly && len(last.Hits) > 0 {
		b.t.Errorf("a service told to stop ended with %s", names(last.Hits))
	}
	b.endedClean("the end of the service", p)
	<-b.Service.Done()
	b.AwaitThat("the children to have ended", func() bool {
		for _, child := range children {
			if workplace.ReadIfThere(workplace.ProcFile(child, "cmdline")) != "" {
				return false
			}
		}
		return true
	})
	b.clean("the end of the service")
	b.trail.WriteString(b.Service.Log())
	b.Must(b.Service.Start())
	// A card that comes back before the PC/SC service has seen it leave may stay unseen for good.
	b.Await("the card to be seen", func(s apitype.Snapshot) bool { return s.Phase != apitype.NoCard && s.Phase != apitype.NoReader })
	b.reinsert()
}

// waited are attempts that nobody finishes.
func waited() []scenario {
	return []scenario{
		{"an unlock that nobody fetches, and half a PIN that is never followed by the rest", func(b *bench) {
			pin := b.newCard()
			conn := b.halfSent()
			offer, err := b.API.UnlockBegin(b.t.Context(), apitype.UnlockRequest{Account: "anna"})
			b.Must(err)
			r, err := b.API.PIN(b.t.Context(), apitype.PINRequest{Insertion: offer.Insertion, Unlock: offer.Unlock}, []byte(pin))
			b.Must(err)
			if !r.OK {
				b.t.Errorf("the right PIN: %+v", r.Problem)
			}
			b.AwaitReopened()
			b.Must(conn.SetReadDeadline(time.Now().Add(workplace.Patience)))
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				b.t.Error("half a PIN was answered")
			}
			b.clean("a time that ran out")
		}},
	}
}
