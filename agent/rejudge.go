package agent

import (
	"context"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/agent/session"
)

const (
	// askAgain is the pause before somebody on the network is asked once more about a card that was refused because
	// nobody answered.
	askAgain = 10 * time.Second
	// judgeEvery is how often the card of an open login is judged anew. It may have been revoked since.
	judgeEvery = 10 * time.Minute
)

// awaitNetwork has a card read anew once the network says something about it, whatever that is. The card stays untouched
// until then. A card that is not refused for that, by now, need not wait.
func (a *Agent) awaitNetwork(ch *child, code apitype.Code) {
	c, who, certs := ch.card, a.parts.Who, ch.info.Certs
	waits := code == apitype.NetworkDown || code == apitype.CertRevocationUnknown
	if !waits || a.cards[a.state.Front] != c || a.state.Refusal != session.Code(code) {
		return
	}
	c.stopAsking()
	var ctx context.Context
	ctx, c.asking = context.WithCancel(c.ctx)
	a.spawn(func() {
		pause := time.NewTicker(askAgain)
		defer pause.Stop()
		for {
			select {
			case <-pause.C:
			case <-ctx.Done():
				return
			}
			if _, err := who.Identify(ctx, certs); ctx.Err() == nil && health.CodeOf(err) != code {
				a.post(func() { a.step(session.RetryDue{Insertion: session.Insertion(c.Insertion)}) })
				return
			}
		}
	})
}

// stopAsking ends what asks the network about a card: it is read anew, and may be accepted or refused for another reason.
func (c *card) stopAsking() {
	if c.asking != nil {
		c.asking()
		c.asking = nil
	}
}

// rejudge judges the card of an open login anew, when it is time for that. What cannot be found out now changes nothing:
// the login was decided on an answer.
func (a *Agent) rejudge(ch *child) {
	if time.Since(ch.judged) < judgeEvery {
		return
	}
	ch.judged = time.Now()
	who := a.parts.Who
	a.spawn(func() {
		_, err := who.Identify(ch.ctx, ch.info.Certs)
		if code := health.CodeOf(err); err != nil && isFinal(code) {
			a.post(func() { a.loseTrust(ch, err) })
		}
	})
}

// loseTrust ends what a card has opened that is not accepted any more.
func (a *Agent) loseTrust(ch *child, err error) {
	if ch.ctx.Err() == nil {
		a.refuseCard(ch, err)
	}
}
