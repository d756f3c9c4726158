package neighbours

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/localapi"
	"siths-agent/agent/unlock"
)

// witness is an agent that only notes who asks.
type witness struct {
	localapi.Backend // of which no more is used
	registry         *registry
	socket, root     string

	mu   sync.Mutex
	note told
}

// told is whom the server has named, and whether it let them through.
type told struct {
	agent.Caller
	granted bool
}

func (w *witness) keep(t told) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note = t
}

// last is the latest note, which is gone then.
func (w *witness) last() told {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.note
	w.note = told{}
	return t
}

func (w *witness) View(context.Context) (agent.View, error) { return agent.View{}, nil }

func (w *witness) Begin(_ context.Context, c agent.Caller, _ apitype.UnlockRequest) (apitype.UnlockOffer, error) {
	w.keep(told{c, true})
	return apitype.UnlockOffer{Account: "anna"}, nil
}

func (w *witness) Denied(_ context.Context, c agent.Caller, _ string) { w.keep(told{c, false}) }

// registry finds the session of a process as a login manager does, by what has that number at this moment, but takes
// everybody's word for it: the last word of the command line is the session.
type registry struct {
	mu  sync.Mutex
	do  func() error
	err error
}

// meanwhile has f happen after the next question and before its answer.
func (r *registry) meanwhile(f func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.do = f
}

// failed is how that went.
func (r *registry) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.err
	r.err = nil
	return err
}

// SessionOf implements what the server asks for.
func (r *registry) SessionOf(_ context.Context, pid int32, uid uint32) (unlock.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.do != nil {
		r.err = r.do()
		r.do = nil
	}
	line, err := os.ReadFile("/proc/" + strconv.Itoa(int(pid)) + "/cmdline")
	words := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	if err != nil || len(line) == 0 {
		return unlock.Session{}, unlock.ErrNoSession
	}
	return unlock.Session{ID: words[len(words)-1], UID: uid}, nil
}
