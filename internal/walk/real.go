package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// Where an installed service has its trust and its accounts.
const (
	systemTrust    = "/etc/siths-agent/trust"
	systemAccounts = "/etc/siths-agent/accounts.toml"
)

const (
	// startTime is how long the service may take to answer.
	startTime = 10 * time.Second
	// stopTime is how long it may take to end after SIGTERM; it promises 2 s.
	stopTime = 3 * time.Second
)

// lookAtRealCard tells whose card is in this machine's reader, or why it is refused. It asks for no PIN.
func lookAtRealCard(ctx context.Context, t teller, o options) (err error) {
	t.step(t.walk(text.WalkRealTitle))
	known, err := o.setup()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "siths-walk-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	agent, stop, err := serveHere(ctx, folder(dir), known)
	if err != nil {
		return err
	}
	defer stop()
	return tellCard(ctx, t, agent)
}

// setup is what the service is told about real cards.
func (o options) setup() (setup, error) {
	files, err := filepath.Glob(filepath.Join(o.trust, "*.pem"))
	if err != nil || len(files) == 0 {
		return setup{}, &notAsPromised{word: text.WalkNoTrust}
	}
	trust, err := filepath.Abs(o.trust)
	if err != nil {
		return setup{}, err
	}
	accounts, err := os.ReadFile(o.accounts)
	if errors.Is(err, fs.ErrNotExist) {
		accounts, err = []byte("[accounts]\n"), nil
	}
	return setup{trust: trust, environment: o.environment, accounts: string(accounts)}, err
}

// programs is where "make build" has put the programs, seen from the source tree's top.
func programs() string {
	if dir := os.Getenv("SITHS_BIN"); dir != "" {
		return dir
	}
	return "bin"
}

// serveHere starts the service on the machine itself, with every file of its own in f.
func serveHere(ctx context.Context, f folder, known setup) (*client.Client, func(), error) {
	program := filepath.Join(programs(), "siths-agentd")
	if _, err := os.Stat(program); err != nil {
		return nil, nil, &stack.MissingError{Program: program, Remedy: "make build"}
	}
	if err := os.Chmod(string(f), 0o755); err != nil {
		return nil, nil, err
	}
	if err := f.write(known); err != nil {
		return nil, nil, fmt.Errorf("writing the service's folder: %w", err)
	}
	cmd := exec.Command(program, f.args()...)
	said := &capped{}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // what it said tells more than its code
	}()
	stop := func() { end(cmd.Process, ended) }
	agent := &client.Client{Socket: f.socket()}
	if err := awaitSocket(ctx, agent, ended, said.String); err != nil {
		stop()
		return nil, nil, err
	}
	return agent, stop, nil
}

// end ends the service, by force when it does not end by itself.
func end(p *os.Process, ended <-chan struct{}) {
	_ = p.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-ended:
	case <-time.After(stopTime):
		_ = p.Kill()
		<-ended
	}
}

// awaitSocket waits until the service answers, or has ended.
func awaitSocket(ctx context.Context, agent *client.Client, ended <-chan struct{}, said func() string) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	gone := false
	err := stack.Await(ctx, "siths-agentd", func() bool {
		select {
		case <-ended:
			gone = true
		default:
		}
		_, err := agent.Health(ctx)
		return gone || err == nil
	})
	if gone {
		return fmt.Errorf("siths-agentd: %s", said())
	}
	return err
}

// tellCard waits for a card and tells what the service makes of it.
func tellCard(ctx context.Context, t teller, agent *client.Client) error {
	t.step(t.walk(text.WalkInsertYours))
	told := apitype.Phase("")
	s, err := watch(ctx, agent, func(s apitype.Snapshot) bool {
		if s.Phase == apitype.NoReader && told != s.Phase {
			t.tellReaders(s)
			told = s.Phase
		}
		return s.Phase == apitype.NeedPIN && s.Holder != nil || s.Phase == apitype.Refused
	})
	if err != nil {
		return err
	}
	t.tellHolder(s)
	t.step(t.walk(text.WalkRealDone))
	return nil
}

// tellReaders says what is missing for a card to be seen.
func (t teller) tellReaders(s apitype.Snapshot) {
	for _, p := range s.Problems {
		t.result(t.problem(p.Code))
		if p.Code == apitype.ReaderServiceDown {
			t.result(t.walk(text.WalkStartReaders))
		}
	}
}

func (t teller) tellHolder(s apitype.Snapshot) {
	if s.Phase == apitype.Refused {
		for _, p := range s.Problems {
			about := text.Problem(t.lang, p.Code)
			t.result(t.walk(text.WalkRefused, about.Headline, about.Action, p.Code))
		}
	}
	switch h := s.Holder; {
	case h == nil:
	case h.HSAID == "": // of a refused card only the name is told
		t.result(h.Name)
	default:
		t.result(t.walk(text.WalkHolder, h.Name, h.HSAID, h.LoA, h.Account))
	}
}
