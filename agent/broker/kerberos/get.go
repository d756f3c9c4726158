package kerberos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/ticket"
)

// usualTime is how long one attempt may take where the system does not say.
const usualTime = 10 * time.Second

// Nameless says that a card does not have what a system's principal is made of.
type Nameless struct{ Word string }

func (n *Nameless) Error() string { return "the card gives no " + n.Word }

// get gets a ticket and puts it where the person's programs find it.
func (w *worker) get() error {
	q, err := w.question()
	if err != nil {
		return err
	}
	card, err := w.openCard()
	if err != nil {
		return err
	}
	q.Card = card.path
	a, err := w.v.k.o.Tickets.Ask(w.ctx, q)
	card.close()
	defer clear(a.Cache)
	if err != nil {
		return err
	}
	return w.take(a)
}

// question is what is asked, without the card.
func (w *worker) question() (ticket.Question, error) {
	rule := w.system.Kerberos
	name, err := principal(rule.Principal, w.v.login)
	if err != nil {
		return ticket.Question{}, err
	}
	config, err := readConfig(rule.Config)
	if err != nil {
		return ticket.Question{}, fmt.Errorf("reading the system's krb5.conf: %w", err)
	}
	q := ticket.Question{Principal: name, Enterprise: rule.Enterprise, Realm: rule.Realm, Config: config,
		Issuers: w.v.login.Issuers, Lifetime: rule.Lifetime, Timeout: rule.Timeout}
	if q.Timeout <= 0 {
		q.Timeout = usualTime
	}
	return q, nil
}

// principal fills in a template.
func principal(template string, l broker.Login) (string, error) {
	if template == "" {
		template = "{upn}"
	}
	for word, value := range map[string]string{"{upn}": l.UPN, "{account}": l.Account, "{hsa_id}": l.HSAID} {
		if strings.Contains(template, word) && value == "" {
			return "", &Nameless{word}
		}
	}
	return strings.NewReplacer("{upn}", l.UPN, "{account}", l.Account, "{hsa_id}", l.HSAID).Replace(template), nil
}

// take writes down that there is a ticket, and then lets the person's programs have it. Nothing is released that is not
// written down, and nothing after the login has ended.
func (w *worker) take(a ticket.Answer) error {
	if !a.Ends.After(time.Now()) {
		return &ticket.Failure{Reason: ticket.Malformed, Detail: "a ticket whose time is over"}
	}
	row := w.row(audit.SSOTicket)
	row.Principal, row.Until = a.Principal, a.Ends.UTC()
	ctx, cancel := context.WithTimeout(w.ctx, rowTime)
	defer cancel()
	if err := w.v.k.o.Record(ctx, row); err != nil {
		return errors.Join(broker.ErrUnwritten, err)
	}
	made, err := w.v.k.folder.put(w.v.login.UID, w.system.Name, a.Cache)
	if err != nil {
		return fmt.Errorf("keeping the ticket: %w", err)
	}
	if w.held != nil {
		_ = w.held.wipe() // its name is the new one's by now
	}
	made.lasts = time.Until(a.Ends)
	w.held, w.until = made, a.Ends
	w.shown.Store(&Ticket{Cache: "FILE:" + made.path, Principal: a.Principal, Until: a.Ends})
	return w.ctx.Err() // whoever sees it ended destroys what is held
}

// passing says whether a failure may be over by itself.
func passing(err error) bool {
	f, ok := errors.AsType[*ticket.Failure](err)
	return ok && slices.Contains([]ticket.Reason{ticket.Unreachable, ticket.Late, ticket.ClockSkew, ticket.WrongKDC, ticket.CardGone, ticket.NoProgram}, f.Reason)
}

// final says whether it would be of no use to try again soon: the KDC says no, or the card has no name for it. What is in
// the way on this machine, a full disk first of all, may be over at any time.
func final(err error) bool {
	_, nameless := errors.AsType[*Nameless](err)
	_, answered := errors.AsType[*ticket.Failure](err)
	return nameless || answered && !passing(err)
}
