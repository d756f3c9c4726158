// Package ticket is how the service asks for Kerberos tickets: a child that has a network and a card's socket has kinit
// get them.
package ticket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"siths-agent/agent/errand"
)

// User is the system user that the child runs as.
const User = "siths-ticket"

// Sizes in bytes.
const (
	// MaxConfig bounds a krb5.conf, and MaxQuestion all of a question.
	MaxConfig, MaxQuestion = 1 << 20, 4 << 20
	// MaxCache bounds a credential cache: a ticket of a person with a thousand groups has 64 KiB. MaxAnswer bounds an
	// answer, in which a cache is a third larger.
	MaxCache, MaxAnswer = 1 << 20, 2 << 20
)

// Question asks for a ticket-granting ticket by PKINIT (RFC 4556).
type Question struct {
	Principal  string        `json:"principal"`            // the client's name, with or without @REALM
	Enterprise bool          `json:"enterprise,omitempty"` // it is an enterprise name (RFC 6806, 5), which the KDC maps
	Realm      string        `json:"realm,omitempty"`      // empty: that of the principal, or the configuration's
	Config     []byte        `json:"config"`               // krb5.conf(5)
	Issuers    [][]byte      `json:"issuers,omitempty"`    // of the card's certificate, DER, without the root
	Card       string        `json:"card"`                 // path of the virtual card's socket
	Lifetime   time.Duration `json:"lifetime,omitempty"`   // that is asked for; 0: the configuration's
	Timeout    time.Duration `json:"timeout"`              // for all of it
}

// Answer is a ticket, or says why there is none.
type Answer struct {
	Failure   *Failure  `json:"failure,omitempty"`
	Principal string    `json:"principal,omitempty"` // whom the KDC has given the ticket to, with its realm
	Starts    time.Time `json:"starts,omitzero"`
	Ends      time.Time `json:"ends,omitzero"`
	Cache     []byte    `json:"cache,omitempty"` // a credential cache file with the ticket and its key: a secret
}

// Reason says why there is no ticket. Reasons are stable: texts and tests are keyed by them.
type Reason string

// The reasons.
const (
	Unreachable Reason = "unreachable" // no KDC answers
	Late        Reason = "late"        // not within the time
	ClockSkew   Reason = "clock-skew"  // the clocks of this machine and the KDC differ by too much
	WrongKDC    Reason = "wrong-kdc"   // what answers cannot prove that it is the realm's KDC
	NotMapped   Reason = "not-mapped"  // the KDC knows no such person, or the certificate is not that person's
	Revoked     Reason = "revoked"     // the KDC holds the certificate to be revoked
	Expired     Reason = "expired"     // the certificate's time is over or not yet come, or the account's
	Untrusted   Reason = "untrusted"   // the KDC does not accept the certificate or who has issued it
	CardGone    Reason = "card-gone"   // there is no card, or it does not sign
	Refused     Reason = "refused"     // the KDC says no
	TooLarge    Reason = "too-large"
	NoProgram   Reason = "no-program" // kinit or its way to the virtual card is not installed
	Malformed   Reason = "malformed"  // the question, the configuration, or what came back makes no sense
)

// Failure is a question without a ticket.
type Failure struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"` // for the log; holds no secret
}

// Error gives the reason and its detail.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Reason, f.Detail) }

// Client asks the child behind a socket. It may be used by many goroutines.
type Client struct{ Socket string }

// Ask asks for a ticket. Ending ctx ends the question, and with it kinit. The error is a *Failure or ctx's.
func (c *Client) Ask(ctx context.Context, q Question) (Answer, error) {
	limited, cancel := context.WithTimeout(ctx, q.Timeout+grace)
	defer cancel()
	var answer Answer
	err := errand.Ask(limited, c.Socket, func(conn net.Conn) (err error) {
		if err = WriteQuestion(conn, q); err == nil {
			answer, err = ReadAnswer(conn)
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case err != nil:
		return Answer{}, failed(limited, err)
	case answer.Failure != nil:
		return Answer{}, answer.Failure
	}
	return answer, nil
}

// grace is how much longer than its time a question may take, for the child to say what has become of it.
const grace = time.Second

// failed folds an error of the connection into a Failure.
func failed(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return &Failure{Reason: Late, Detail: "no answer in time"}
	case errors.Is(err, errand.ErrFrame):
		return &Failure{Reason: Malformed, Detail: err.Error()}
	}
	return &Failure{Reason: NoProgram, Detail: err.Error()}
}

// WriteQuestion sends one question, as the service does.
func WriteQuestion(w io.Writer, q Question) error { return errand.WriteFrame(w, q, MaxQuestion) }

// ReadQuestion reads one question, as the child does.
func ReadQuestion(r io.Reader) (Question, error) {
	var q Question
	err := errand.ReadFrame(r, &q, MaxQuestion)
	return q, err
}

// WriteAnswer sends an answer, as the child does.
func WriteAnswer(w io.Writer, a Answer) error { return errand.WriteFrame(w, a, MaxAnswer) }

// ReadAnswer reads an answer, as the service does.
func ReadAnswer(r io.Reader) (Answer, error) {
	var a Answer
	err := errand.ReadFrame(r, &a, MaxAnswer)
	return a, err
}
