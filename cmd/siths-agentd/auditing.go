package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/audit"
	"siths-agent/agent/forward"
	"siths-agent/agent/policy"
	"siths-agent/internal/trusted"
)

// keepEvery is how often it is looked whether a part of the log is old.
const keepEvery = time.Hour

// maxCA is the largest file of authorities in bytes.
const maxCA = 1 << 20

// auditing keeps the audit log and forwards it, by the policy that holds, until ctx ends.
func (p *program) auditing(ctx context.Context, a *agent.Agent) {
	now := p.parts.Policy.Audit
	for ctx.Err() == nil {
		stop := p.forward(ctx, a, now)
		next, changed := p.keep(ctx, now)
		stop()
		if changed {
			now = next
		}
	}
}

// newAudit tells auditing that policy has changed. Only the last word counts.
func (p *program) newAudit(next policy.Audit) {
	select {
	case <-p.audits:
	default:
	}
	p.audits <- next
}

// keep keeps the log until policy changes.
func (p *program) keep(ctx context.Context, now policy.Audit) (next policy.Audit, changed bool) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		if err := p.keepOnce(ctx, now); err != nil && ctx.Err() == nil {
			p.log.Error("keeping the audit log", "error", err)
		}
		select {
		case <-tick.C:
		case next := <-p.audits:
			return next, true
		case <-ctx.Done():
			return policy.Audit{}, false
		}
	}
}

func (p *program) keepOnce(ctx context.Context, now policy.Audit) error {
	k := audit.Keeping{Retention: now.Retention, Taken: math.MaxUint64}
	if now.Syslog != "" {
		at, err := forward.Cursor(p.options.state)
		if err != nil {
			return err
		}
		k.Taken = at.Seq
	}
	return p.trail.Keep(ctx, k)
}

// forward sends rows to where policy says, if anywhere, until the returned function is called.
func (p *program) forward(ctx context.Context, a *agent.Agent, now policy.Audit) (stop func()) {
	if now.Syslog == "" {
		return func() {}
	}
	target, err := forward.NewTarget(now.Syslog, authorities(now.SyslogCA), p.courier)
	if err != nil { // policy has looked at it
		p.log.Error("audit rows are not forwarded", "error", err)
		return func() {}
	}
	f := &forward.Forwarder{Dir: p.options.state, Target: target, Origin: forward.Origin{Host: hostName(), PID: os.Getpid()},
		Wrote: p.trail.Wrote(), Trouble: a.LogServer, Log: p.log}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); f.Run(ctx) }()
	return func() {
		cancel()
		<-ended
		a.LogServer(false) // what comes next has its own troubles
	}
}

// authorities reads a file of authorities each time that they are needed: it may be replaced.
func authorities(file string) func() ([]byte, error) {
	return func() ([]byte, error) {
		if file == "" {
			return nil, nil
		}
		f, err := trusted.Open(file)
		if err != nil {
			return nil, fmt.Errorf("reading the log server's authorities: %w", err)
		}
		defer func() { _ = f.Close() }()
		return io.ReadAll(io.LimitReader(f, maxCA))
	}
}

// hostName names this machine to a log server.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
