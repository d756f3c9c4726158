package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

// fakeAgent answers from what the test gave it and remembers what it was asked.
type fakeAgent struct {
	states []apitype.Snapshot // Watch gives all, Snapshot the last one
	err    error
	result apitype.PINResult
	rows   string
	report string

	reqs   []apitype.PINRequest
	pins   []string // copies made by the test double; sithsctl keeps none
	cares  []apitype.CareRequest
	locked int

	answers []apitype.ConsentAnswer
	hang    bool // Watch waits for its context after the last state
}

func (f *fakeAgent) Snapshot(context.Context) (apitype.Snapshot, error) {
	if f.err != nil {
		return apitype.Snapshot{}, f.err
	}
	return f.states[len(f.states)-1], nil
}

func (f *fakeAgent) Watch(ctx context.Context, show func(apitype.Snapshot) error) error {
	for _, s := range f.states {
		if err := show(s); err != nil {
			return err
		}
	}
	if f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return f.err
}

func (f *fakeAgent) PIN(_ context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error) {
	f.reqs, f.pins = append(f.reqs, req), append(f.pins, string(pin))
	return f.result, f.err
}

func (f *fakeAgent) Care(_ context.Context, req apitype.CareRequest, proof, fresh []byte) (apitype.PINResult, error) {
	f.cares, f.pins = append(f.cares, req), append(f.pins, string(proof), string(fresh))
	return f.result, f.err
}

func (f *fakeAgent) Consent(_ context.Context, a apitype.ConsentAnswer) error {
	f.answers = append(f.answers, a)
	return f.err
}

func (f *fakeAgent) Lock(context.Context) error {
	f.locked++
	return f.err
}

func (f *fakeAgent) Admap(context.Context) (apitype.Admap, error) { return apitype.Admap{}, nil }

func (f *fakeAgent) Diag(ctx context.Context) (apitype.Diag, error) {
	s, err := f.Snapshot(ctx)
	return apitype.Diag{V: apitype.Version, Snapshot: s}, err
}

func (f *fakeAgent) Rows(context.Context, client.Days) (*client.Rows, error) {
	if f.err != nil {
		return nil, f.err
	}
	return &client.Rows{ReadCloser: io.NopCloser(strings.NewReader(f.rows))}, nil
}

func (f *fakeAgent) Report(context.Context, client.Days) ([]byte, error) {
	return []byte(f.report), f.err
}

func (f *fakeAgent) Systems(context.Context) (apitype.SystemList, error) {
	return apitype.SystemList{}, f.err
}

func (f *fakeAgent) AcquireSystem(context.Context, string) (apitype.SystemEntry, error) {
	return apitype.SystemEntry{}, f.err
}

func (f *fakeAgent) ReleaseSystem(context.Context, string) error { return f.err }

func (f *fakeAgent) ExplainSystem(context.Context, string, apitype.ExplainRequest) (apitype.Explanation, error) {
	return apitype.Explanation{}, f.err
}

func (f *fakeAgent) EnrollSystem(context.Context, string) error { return f.err }
func (f *fakeAgent) ForgetSystem(context.Context, string) error { return f.err }

// fakeTerminal plays a person who types, and notes what was typed while echo was on.
type fakeTerminal struct {
	mu sync.Mutex // a read that was left behind still runs

	keys            io.Reader
	out             bytes.Buffer
	raw             bool
	rawed, restored int
	readWithEcho    []byte
	readWithoutEcho []byte
	rawErr          error
	closed          bool
}

func (f *fakeTerminal) Read(p []byte) (int, error) {
	n, err := f.keys.Read(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.raw {
		f.readWithoutEcho = append(f.readWithoutEcho, p[:n]...)
	} else {
		f.readWithEcho = append(f.readWithEcho, p[:n]...)
	}
	return n, err
}

func (f *fakeTerminal) Write(p []byte) (int, error) { return f.out.Write(p) }

func (f *fakeTerminal) Close() error {
	f.closed = true
	return nil
}

func (f *fakeTerminal) Raw() (func() error, error) {
	if f.rawErr != nil {
		return nil, f.rawErr
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.raw, f.rawed = true, f.rawed+1
	return func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.raw, f.restored = false, f.restored+1
		return nil
	}, nil
}

// stage is one run of sithsctl in this process.
type stage struct {
	*env
	agent    *fakeAgent
	tty      *fakeTerminal
	fd       string // what stands behind --pin-fd
	vars     map[string]string
	out, err bytes.Buffer
}

func newStage(t *testing.T, states ...apitype.Snapshot) *stage {
	t.Helper()
	s := &stage{agent: &fakeAgent{states: states}, vars: map[string]string{}}
	s.env = &env{
		stdout:       &s.out,
		stderr:       &s.err,
		getenv:       func(k string) string { return s.vars[k] },
		connect:      func(string) agent { return s.agent },
		openTerminal: func() (terminal, error) { return s.terminal() },
		openFD:       func(int) io.ReadCloser { return io.NopCloser(strings.NewReader(s.fd)) },
	}
	return s
}

func (s *stage) terminal() (terminal, error) {
	if s.tty == nil {
		return nil, io.ErrClosedPipe
	}
	return s.tty, nil
}

// types makes the stage one with a terminal at which these keys are pressed.
func (s *stage) types(keys string) *stage {
	s.tty = &fakeTerminal{keys: strings.NewReader(keys)}
	return s
}

// run runs a command line and returns its exit code.
func (s *stage) run(t *testing.T, line string) int {
	t.Helper()
	return run(t.Context(), s.env, strings.Fields(line))
}

// anna is a snapshot with Anna's card in.
func anna(phase apitype.Phase, tries int) apitype.Snapshot {
	return apitype.Snapshot{
		V: 1, Rev: 1, Phase: phase,
		Reader: &apitype.Reader{Name: "Virtual PCD 00 00", State: "card"},
		Card: &apitype.Card{Insertion: 17, Kind: "IDPrime", Number: "…9469",
			PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: tries}}},
		Holder: &apitype.Holder{Name: "Anna Test", HSAID: "SE2321000131-P000000000001", Org: "Skövde kommun", LoA: 3,
			Account: "anna", NotAfter: time.Date(2028, 11, 21, 12, 0, 0, 0, time.UTC)},
	}
}

func problem(code apitype.Code) *apitype.Problem {
	return &apitype.Problem{Code: code, Severity: apitype.Error}
}
