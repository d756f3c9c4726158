// Package directory asks an LDAP directory which account a person has, and keeps the last answers.
package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
	"siths-agent/internal/ldapfilter"
)

const (
	// fresh is how old an answer may be that is used without asking again: a person who puts a card in and then types a
	// PIN is looked up twice.
	fresh = time.Minute
	// silence is how long a directory that was not reached is not waited for again by whom the last answer is enough.
	silence = 10 * time.Second
)

// Config is what policy says about the directory, and what the service lends.
type Config struct {
	URI       string // ldap:// or ldaps://
	Base      string
	Filter    string // as ldapfilter.Parse takes it
	Attribute string // holds the account's name
	StartTLS  bool
	CA        string        // a PEM file; empty means the system's authorities
	Bind      string        // "machine" or "file:" and a path
	Timeout   time.Duration // for one answer
	MaxAge    time.Duration // of an answer that is used while the directory cannot be reached; 0 keeps none

	State   string           // the file of the last answers
	Courier Asker            // who has a network
	Clock   func() time.Time // nil: time.Now
	Log     *slog.Logger

	Keytab, Krb5Conf string // of the machine; empty means the system's
}

// Asker puts a question to the process that has a network, as courier.Client does.
type Asker interface {
	Ask(ctx context.Context, q courier.Question) (courier.Answer, error)
}

// Directory is one directory. It is safe for concurrent use.
type Directory struct {
	cfg     Config
	filter  ldapfilter.Filter
	answers *answers

	accounts, mappings turns

	mu      sync.Mutex
	flights map[string]*flight // by HSA-id
	silent  time.Time          // until then the directory is taken to be out of reach
}

// flight is a question that is under way, and its answer once done is closed.
type flight struct {
	done  chan struct{}
	name  string
	known bool
	err   error
}

// New returns the directory of this policy. Last answers that cannot be used are forgotten. The error is
// ldapfilter.ErrMisplaced.
func New(cfg Config) (*Directory, error) {
	filter, err := ldapfilter.Parse(cfg.Filter)
	if err != nil {
		return nil, fmt.Errorf("identity.ldap.filter: %w", err)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	d := &Directory{cfg: cfg, filter: filter, flights: map[string]*flight{}}
	d.answers = d.recall()
	return d, nil
}

// recall reads the answers to the same questions as today's.
func (d *Directory) recall() *answers {
	kept := newAnswers(d.cfg)
	if d.cfg.MaxAge == 0 {
		return kept
	}
	if err := kept.read(); err != nil {
		d.cfg.Log.Warn("the directory's last answers are forgotten", "error", err)
	}
	return kept
}

// Account returns the name of the account of the person with exactly this HSA-id, or false where the directory has no
// such person. The error is an *Error or ctx's. The name has not been checked.
func (d *Directory) Account(ctx context.Context, hsaID string) (string, bool, error) {
	if name, ok := d.answers.of(hsaID, d.now(), fresh); ok {
		return name, true, nil
	}
	if d.outOfReach() {
		if name, ok := d.answers.of(hsaID, d.now(), d.cfg.MaxAge); ok {
			return name, true, nil
		}
	}
	name, known, err := d.fly(ctx, hsaID).wait(ctx)
	if !isUnreached(err) {
		return name, known, err
	}
	name, known = d.answers.of(hsaID, d.now(), d.cfg.MaxAge)
	if !known {
		return "", false, err
	}
	d.cfg.Log.Warn("the directory cannot be reached, its last answer is used", "error", err)
	return name, true, nil
}

// wait returns the answer. Who has no time left has not reached the directory; who has gone needs nothing.
func (f *flight) wait(ctx context.Context) (string, bool, error) {
	select {
	case <-f.done:
		return f.name, f.known, f.err
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "", false, &Error{apitype.NetworkDown, &courier.Failure{Reason: courier.Late, Detail: "no time left"}}
	}
	return "", false, ctx.Err()
}

// outOfReach says whether the directory could not be reached a moment ago.
func (d *Directory) outOfReach() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Now().Before(d.silent)
}

// now is the time of day, without what would hide from a comparison that somebody has set it.
func (d *Directory) now() time.Time { return d.cfg.Clock().UTC().Round(0) }

// fly puts the question, or finds the one about the same person that is under way. It ends by itself in time, also when
// the one who began it has gone: another may be waiting for it.
func (d *Directory) fly(ctx context.Context, hsaID string) *flight {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.flights[hsaID]; f != nil {
		return f
	}
	f := &flight{done: make(chan struct{})}
	d.flights[hsaID] = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.cfg.Timeout)
		defer cancel()
		f.name, f.known, f.err = d.look(ctx, hsaID)
		d.land(hsaID, isUnreached(f.err))
		close(f.done)
	}()
	return f
}

// land ends a question, and notes whether the directory was out of reach.
func (d *Directory) land(hsaID string, unreached bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flights, hsaID)
	d.silent = time.Time{}
	if unreached {
		d.silent = time.Now().Add(silence)
	}
}

// look asks for the account and remembers the answer. Whatever the directory answers takes the place of what it has
// answered before.
func (d *Directory) look(ctx context.Context, hsaID string) (string, bool, error) {
	name, known, err := d.search(ctx, hsaID)
	if !isAnswer(err) {
		return "", false, err
	}
	if kept := d.answers.keep(hsaID, name, known, d.now()); kept != nil {
		d.cfg.Log.Warn("the directory's answer is not kept", "error", kept)
	}
	return name, known, err
}

func (d *Directory) search(ctx context.Context, hsaID string) (string, bool, error) {
	found, err := d.entry(ctx, &d.accounts, hsaID, d.cfg.Attribute)
	if err != nil || found == nil {
		return "", false, err
	}
	names := valuesOf(*found, d.cfg.Attribute)
	switch len(names) {
	case 0:
		return "", false, nil
	case 1:
		return string(names[0]), true, nil
	}
	return "", false, &Error{apitype.PersonUnmapped, errSeveralNames}
}

// mappings is the attribute of Active Directory that says which certificates are a person's ([MS-ADA1], 2.61).
const mappings = "altSecurityIdentities"

// Holds says whether the entry of the person with exactly this HSA-id has a value of altSecurityIdentities, and whether
// there is an entry. As in Active Directory, case makes no difference; neither do spaces, so that a value that somebody
// has typed is found. The error is an *Error or ctx's.
func (d *Directory) Holds(ctx context.Context, hsaID, mapping string) (holds, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	found, err := d.entry(ctx, &d.mappings, hsaID, mappings)
	if err != nil || found == nil {
		return false, false, err
	}
	return slices.ContainsFunc(valuesOf(*found, mappings), func(value []byte) bool {
		return plain(string(value)) == plain(mapping)
	}), true, nil
}

// plain is a mapping without case and spaces.
func plain(mapping string) string { return strings.ToLower(strings.ReplaceAll(mapping, " ", "")) }

// entry asks for the entry of a person, nil where there is none. The directory's word that it is this person's is not
// enough: the entry itself has to say so.
func (d *Directory) entry(ctx context.Context, t *turns, hsaID, attribute string) (*courier.Entry, error) {
	if err := t.wait(ctx); err != nil {
		return nil, &Error{apitype.NetworkDown, err}
	}
	answer, err := d.ask(ctx, hsaID, attribute)
	switch {
	case err != nil:
		return nil, err
	case isSeveral(answer):
		return nil, &Error{apitype.PersonUnmapped, errSeveral}
	case len(answer.Entries) == 0:
		return nil, nil
	case !isOf(answer.Entries[0], d.filter.Compared(), hsaID):
		return nil, &Error{apitype.PersonUnmapped, errSomebodyElse}
	}
	return &answer.Entries[0], nil
}

// ask puts the question. Secrets in it are wiped as far as they are in our hands.
func (d *Directory) ask(ctx context.Context, hsaID, attribute string) (courier.Answer, error) {
	bind, err := d.bind()
	if err != nil {
		return courier.Answer{}, &Error{apitype.ConfigInvalid, err}
	}
	defer wipe(bind)
	authorities, err := d.authorities()
	if err != nil {
		return courier.Answer{}, &Error{apitype.ConfigInvalid, err}
	}
	answer, err := d.cfg.Courier.Ask(ctx, courier.Question{Timeout: timeLeft(ctx), Search: &courier.Search{
		URI: d.cfg.URI, StartTLS: d.cfg.StartTLS, CA: authorities, Bind: bind, Base: d.cfg.Base,
		Filter: d.filter.For(hsaID), Attributes: append(slices.Clone(d.filter.Compared()), attribute), Limit: 1,
	}})
	if err != nil {
		return courier.Answer{}, failed(err)
	}
	return answer, nil
}

// timeLeft is what ctx leaves for a question.
func timeLeft(ctx context.Context) time.Duration {
	end, _ := ctx.Deadline()
	return time.Until(end)
}

// failed gives the courier's failure its code.
func failed(err error) error {
	var f *courier.Failure
	if errors.As(err, &f) && f.Reason != courier.Unreachable && f.Reason != courier.Late {
		return &Error{apitype.ConfigInvalid, err}
	}
	return &Error{apitype.NetworkDown, err}
}
