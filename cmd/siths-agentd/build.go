package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"siths-agent/agent"
	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/expiry"
	"siths-agent/agent/handover"
	"siths-agent/agent/identity"
	"siths-agent/agent/identity/revocation"
	"siths-agent/agent/localapi"
	"siths-agent/agent/memory"
	"siths-agent/agent/policy"
	"siths-agent/agent/programs"
	"siths-agent/agent/unlock"
	"siths-agent/internal/version"
	"siths-agent/pcsc"
	"siths-agent/pcsc/siths"
	"siths-agent/pcsc/token/host"
)

// socketName is the socket's name in the run folder.
const socketName = "agent.sock"

// build puts the service together. Nothing runs yet.
func build(o options, loaded *policy.Loaded, kept *handover.Store, log *slog.Logger) (*program, error) {
	p := &program{options: o, log: log, audits: make(chan policy.Audit, 1), failed: make(chan struct{})}
	p.sso = newSSO(system.Folder(o.config), kept, log)
	p.askCourier()
	p.fetches = &proxied{courier: p.courier}
	p.fetches.proxy.Store(&loaded.Policy.Revocation.Proxy)
	p.store = revocation.Open(revocation.Options{Dir: filepath.Join(o.state, revocation.FolderName), Asker: p.fetches, Log: log})
	who, err := p.newIdentifier(loaded)
	if err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	cardhost, err := childProgram("siths-cardhost")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.run, 0o755); err != nil {
		return nil, fmt.Errorf("making the run folder: %w", err)
	}
	if p.trail, err = audit.Open(o.state, audit.Options{}); err != nil {
		return nil, err
	}
	p.parts = agent.Parts{
		Version: version.String(), Machine: machine(), Policy: loaded.Policy, Who: who, Trail: p.trail,
		Memory: memory.New(o.state, bootID()), Log: log,
		Readers:  (&pcsc.Hub{Allow: loaded.Policy.Card.Readers, Log: log}).Run,
		OpenCard: openCard(cardhost, log), EndPrograms: programs.End, Broker: p.sso.broker, Asks: p.sso.asks, Began: p.sso.lookAround,
	}
	if p.parts.Warnings, err = expiry.Open(o.state); err != nil {
		log.Warn("warnings about cards that end may be given twice", "error", err)
	}
	warnShared(log, who)
	p.sso.left = leftOpen(p.parts.Memory)
	sources, amiss := system.Read(system.Folder(o.config))
	p.inForce = settings{loaded, who, sources, amiss, nil}
	p.parts.Files = p.inForce.digest()
	p.sso.know(system.Systems(sources), loaded.Accounts)
	return p, nil
}

// newIdentifier turns policy into who-is-who. What is known of revocation stays when policy changes.
func (p *program) newIdentifier(loaded *policy.Loaded) (*identity.Identifier, error) {
	pol := loaded.Policy
	var sources []identity.Source
	for _, s := range pol.Identity.Sources {
		sources = append(sources, identity.Source(s))
	}
	names, err := p.directory(pol.Identity.LDAP)
	if err != nil {
		return nil, err
	}
	return identity.New(identity.Config{
		Environment: identity.Environment(pol.Trust.Environment), Anchors: pol.Trust.Anchors, MinimumLoA: pol.Trust.MinimumLoA,
		Table: policiesOf(pol.Trust), Issuers: issuersOf(pol.Trust), TestMarks: pol.Trust.TestMarks,
		Revocation: identity.Mode(pol.Revocation.Mode), Grace: pol.Revocation.Grace, Order: orderOf(pol.Revocation), Timeout: pol.Revocation.Timeout, Store: p.store,
		Sources: sources, Accounts: loaded.Accounts, Directory: names, Shared: sharedAccount(pol.Session),
	})
}

func orderOf(r policy.Revocation) []revocation.Source {
	var order []revocation.Source
	for _, source := range r.Order {
		order = append(order, revocation.Source(source))
	}
	return order
}

func policiesOf(t policy.Trust) siths.Table {
	table := siths.Table{}
	for _, rule := range t.Policy {
		table[rule.OID] = siths.Rule{LoA: rule.LoA, Identity: siths.Identity(rule.Identity), Carrier: siths.Carrier(rule.Carrier)}
	}
	return table
}

func issuersOf(t policy.Trust) siths.Table {
	table := siths.Table{}
	for _, rule := range t.Issuer {
		table[rule.Name] = siths.Rule{LoA: rule.LoA, Identity: siths.Identity(rule.Identity), Carrier: siths.Carrier(rule.Carrier)}
	}
	return table
}

// sharedAccount is the account that all cards open, empty when each opens its holder's own.
func sharedAccount(s policy.Session) string {
	if s.Mode != policy.Shared {
		return ""
	}
	return s.SharedAccount
}

// warnShared tells that nobody can get in for want of the shared account.
func warnShared(log *slog.Logger, who *identity.Identifier) {
	if err := who.MissingShared(); err != nil {
		log.Warn("the shared account cannot be opened; no card will open anything until it is there", "error", err)
	}
}

// openCard starts one child per card.
func openCard(program string, log *slog.Logger) func(context.Context, agent.CardRequest) (agent.Card, error) {
	return func(ctx context.Context, req agent.CardRequest) (agent.Card, error) {
		h, err := host.Start(ctx, host.Options{
			Program: program, Reader: req.Reader, Others: req.Others,
			Modules: req.Policy.Modules, Timeout: req.Policy.OperationTimeout, Log: log,
		})
		if err != nil {
			return nil, err
		}
		return h, nil
	}
}

// childProgram finds a child beside this program, or where the package puts it.
func childProgram(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program: %w", err)
	}
	for _, dir := range []string{filepath.Dir(self), libexec} {
		path := filepath.Join(dir, name+exeSuffix)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w beside %s or in %s", name, os.ErrNotExist, self, libexec)
}

// newServer makes the API for a running agent.
func (p *program) newServer(a *agent.Agent, desktop *unlock.Desktop) *localapi.Server {
	return &localapi.Server{
		Agent: a, Sessions: desktop, Systems: p.sso.verbs, AuditDir: p.options.state, AdminUID: ownUID(), Started: time.Now(),
		Helpdesk: inHelpdesk, UIDOf: uidOf, Log: p.log,
	}
}

// settings are all that a reload reads.
type settings struct {
	*policy.Loaded
	who     *identity.Identifier
	sources []system.Source
	amiss   policy.Errors // files of systems that stay as they were
	refused error         // why policy stays as it was
}

// digest names all files that are in force in the audit log, as they were when they were read.
func (s settings) digest() string { return digestOf(s.Loaded, s.sources) }

func digestOf(loaded *policy.Loaded, sources []system.Source) string {
	return policy.DigestFiles(append(loaded.Sums(), system.Sums(sources)...))
}

// settings reads policy and systems. Policy stays as it was, as a whole, when anything is wrong with it; of systems each file
// that is wrong does.
func (p *program) settings() settings {
	now := p.inForce
	good, wrong := system.Read(system.Folder(p.options.config))
	now.sources, now.amiss = system.Kept(p.inForce.sources, good, wrong), wrong
	loaded, err := policy.Load(p.options.config)
	if err == nil {
		now.who, err = p.newIdentifier(loaded)
	}
	if now.refused = err; err != nil {
		now.who = p.inForce.who
		return now
	}
	now.Loaded = loaded
	return now
}

// reloading reloads as often as that is asked for, until ctx ends.
func (p *program) reloading(ctx context.Context, a *agent.Agent) {
	for {
		select {
		case <-p.reloads:
			p.reload(ctx, a)
		case <-ctx.Done():
			return
		}
	}
}

// reload reads policy and systems again, and has what can be used replace what is in force: a system that is taken away
// releases nothing more, though there is a mistake elsewhere.
func (p *program) reload(ctx context.Context, a *agent.Agent) {
	now := p.settings()
	var err error
	if now.refused == nil || now.digest() != p.inForce.digest() {
		warnShared(p.log, now.who)
		p.log.Info("policy reloaded", "files", now.Files, "systems", len(now.sources))
		p.newAudit(now.Policy.Audit)
		p.fetches.proxy.Store(&now.Policy.Revocation.Proxy)
		p.sso.reload(system.Systems(now.sources), now.Accounts)
		err = a.Reload(ctx, now.Policy, now.who, now.digest())
	}
	p.inForce = now
	if now.refused != nil {
		p.log.Error("policy refused, the old one stays", "error", now.refused)
		err = errors.Join(err, a.ReloadFailed(ctx, now.refused.Error()))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		p.log.Error("telling the agent about its policy", "error", err)
	}
	p.tellAmiss(ctx, a, now.amiss)
}

// tellAmiss tells of files of systems that cannot be used: at the start they are left out, later they stay as they were.
func (p *program) tellAmiss(ctx context.Context, a *agent.Agent, wrong policy.Errors) {
	if len(wrong) == 0 {
		return
	}
	p.log.Error("files of systems are refused", "error", wrong)
	if err := a.ReloadFailed(ctx, wrong.Error()); err != nil && !errors.Is(err, context.Canceled) {
		p.log.Error("telling the agent about its systems", "error", err)
	}
}
