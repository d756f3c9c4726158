package memscan

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// cleanTime is how long after the end of an attempt traces may be left.
const cleanTime = 2 * time.Second

// bench is a workplace whose processes are looked into.
type bench struct {
	*workplace.Workplace
	t        *testing.T
	tally    *tally
	needles  Needles
	canaries []string
	dir      string // anna's keys
	card     *stack.Card
	trail    strings.Builder // what services that have ended had logged
	stays    []*person       // programs of ours that live through attempts: the tray, and a window that asks again
}

func openBench(t *testing.T, c *tally) *bench {
	t.Helper()
	b := &bench{Workplace: workplace.Open(t, workplace.Plan{Service: stack.AgentOptions{Systems: withTickets()}}), t: t, tally: c}
	b.dir = b.Issue(workplace.Anna())
	b.newCard()
	return b
}

// withTickets are systems of which one has the service start the child that gets tickets. Nobody answers it here.
func withTickets() map[string]string {
	return map[string]string{"directory.toml": "title = \"Directory\"\nkind = \"kerberos\"\n[kerberos]\nrealm = \"MEMSCAN.TEST\"\n"}
}

// canary draws a PIN that is looked for from now on.
func (b *bench) canary() string {
	c := newCanary(b.t)
	b.needles.Add(c)
	b.canaries = append(b.canaries, c)
	b.tally.canary()
	return c
}

// newCard puts a card with a PIN of its own into the reader and returns the PIN.
func (b *bench) newCard() string {
	b.t.Helper()
	if b.card != nil {
		b.card.Kill()
		b.AwaitPhase(apitype.NoCard)
	}
	pin := b.canary()
	b.card = b.Card(b.dir, stack.CardOptions{PIN: pin})
	b.AwaitPhase(apitype.NeedPIN)
	return pin
}

// reinsert brings back a card that was silent.
func (b *bench) reinsert() {
	b.t.Helper()
	b.Must(b.card.Clear())
	b.Must(b.card.Remove())
	b.AwaitPhase(apitype.NoCard)
	b.Must(b.card.Insert())
	b.AwaitPhase(apitype.NeedPIN)
}

// person is one of the programs that people use to give a PIN, and what it started.
type person struct {
	proc *stack.Proc
	keys *os.File // its keyboard
	pid  int      // our own process in it
	role string
	end  *ExitWatch
}

// pam starts an application that asks PAM and returns when our helper is there and watched.
func (b *bench) pam(canary string) *person {
	b.t.Helper()
	p := b.pamAs("")
	b.watch(p, canary)
	return p
}

// pamAs is pam for an application that runs as somebody, without the watch.
func (b *bench) pamAs(who string) *person {
	b.t.Helper()
	module, err := b.Program("pam_siths.so")
	b.Must(err)
	b.PAM("siths-memscan", "auth required "+module+" socket="+b.API.Socket)
	p := b.start(stack.Cmd{Path: "pamtester", As: who, Args: []string{"siths-memscan", "anna", "authenticate"}})
	p.role = "siths-pam"
	b.AwaitThat("the helper", func() bool { p.pid = descendant(p.proc.PID, p.role); return p.pid != 0 })
	return p
}

// ctl starts sithsctl login and returns when it is watched.
func (b *bench) ctl(canary string) *person {
	return b.ctlVerb([]string{"login", "--pin-fd", "0"}, canary)
}

// ctlVerb is ctl for another verb.
func (b *bench) ctlVerb(verb []string, canaries ...string) *person {
	b.t.Helper()
	program, err := b.Program("sithsctl")
	b.Must(err)
	p := b.start(stack.Cmd{Path: program, Args: append([]string{"--socket", b.API.Socket}, verb...)})
	p.role, p.pid = "sithsctl", p.proc.PID
	b.AwaitThat("sithsctl", func() bool { return comm(p.pid) == p.role })
	b.watch(p, canaries...)
	return p
}

// start starts a program with a pipe for a keyboard.
func (b *bench) start(c stack.Cmd) *person {
	b.t.Helper()
	theirs, keys, err := os.Pipe()
	b.Must(err)
	c.Stdin = theirs
	p := &person{proc: b.Start(c), keys: keys}
	b.Must(theirs.Close())
	b.t.Cleanup(func() { _ = keys.Close() })
	return p
}

// watch looks at our process in p when it ends.
func (b *bench) watch(p *person, canaries ...string) {
	b.t.Helper()
	var err error
	p.end, err = WatchExit(helper(b.t, "watch"), p.pid, canaries...)
	b.Must(err)
}

// types types.
func (b *bench) types(p *person, text string) {
	b.t.Helper()
	_, err := p.keys.WriteString(text)
	b.Must(err)
}

// leaves waits for the end of a program and for what was seen at its last moment.
func (b *bench) leaves(p *person) Report {
	b.t.Helper()
	r := b.lastMoment(p)
	if p.proc == nil { // another program has started it
		b.AwaitThat("the end of "+p.role, func() bool { return comm(p.pid) == "" })
		return r
	}
	_, err := p.proc.Wait(b.t.Context())
	b.Must(err)
	_ = p.keys.Close()
	return r
}

// lastMoment is what was seen at the end of a process. Now and then the kernel lets one go too soon; that is counted.
func (b *bench) lastMoment(p *person) Report {
	b.t.Helper()
	r, err := p.end.Report()
	if errors.Is(err, ErrGone) {
		b.tally.do(func() { b.tally.unseen++ })
		return r
	}
	b.Must(err)
	if r.Scanned < 1<<16 {
		b.t.Errorf("of %s at its end only %d bytes were there", p.role, r.Scanned)
	}
	b.tally.do(func() { b.tally.ends++; b.tally.bytes += r.Scanned })
	return r
}

// descendant is the process of a name that another has started, directly or not; 0 when there is none.
func descendant(pid int, name string) int {
	for _, child := range workplace.ChildrenOf(pid) {
		if comm(child) == name {
			return child
		}
		if found := descendant(child, name); found != 0 {
			return found
		}
	}
	return 0
}

func comm(pid int) string {
	return strings.TrimSpace(workplace.ReadIfThere(workplace.ProcFile(pid, "comm")))
}

// ours are our processes that live now, by what they are called.
func (b *bench) ours(also ...*person) map[int]string {
	all := map[int]string{}
	select {
	case <-b.Service.Done():
	default:
		all[b.Service.PID()] = "siths-agentd"
		for _, child := range b.Children() {
			all[child] = "siths-cardhost"
		}
	}
	for _, p := range append(also, b.stays...) {
		if comm(p.pid) == p.role {
			all[p.pid] = p.role
		}
	}
	return all
}

// tally counts what all benches together did and found.
type tally struct {
	mu                 sync.Mutex
	canaries, attempts int
	scans, ends        int
	bytes              int64
	unseen             int            // ends that could not be looked at
	late               int            // processes that were not clean at the first look
	slowest            time.Duration  // of them
	copies             int            // places that still had a PIN after an attempt
	inTexts            int            // and texts that had one
	samples            int            // files, logs, environments and argument lists looked at
	held               map[string]int // role → copies seen while an attempt was under way
	unlocked           map[string]int // role → those of them in pages that are not locked
	others             map[string]int // foreign program → copies left after an attempt
}

func newTally() *tally {
	return &tally{held: map[string]int{}, unlocked: map[string]int{}, others: map[string]int{}}
}

func (c *tally) canary() { c.do(func() { c.canaries++ }) }

// do changes the counters.
func (c *tally) do(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}
