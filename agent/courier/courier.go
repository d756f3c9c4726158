// Package courier is how the service asks for what is on the network: the one process that has a network answers.
package courier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"siths-agent/agent/errand"
)

// Sizes in bytes.
const (
	// MaxQuestion bounds a question and MaxHead the JSON of an answer.
	MaxQuestion, MaxHead = 4 << 20, 1 << 20
	// MaxBody bounds what is fetched, whatever a question allows.
	MaxBody = 64 << 20
)

// User is the system user that the courier runs as.
const User = "siths-courier"

// Question is one thing that the courier is to do. Exactly one of its parts is there.
type Question struct {
	Fetch   *Fetch   `json:"fetch,omitempty"`
	Search  *Search  `json:"search,omitempty"`
	Forward *Forward `json:"forward,omitempty"`

	Timeout time.Duration `json:"timeout"` // for all of it
}

// Parts counts the parts of a question, which makes sense with exactly one.
func (q Question) Parts() int {
	n := 0
	for _, there := range []bool{q.Fetch != nil, q.Search != nil, q.Forward != nil} {
		if there {
			n++
		}
	}
	return n
}

// Fetch is one HTTP request; redirects are not followed. The answer's Body is what came with status 200.
type Fetch struct {
	URL    string `json:"url"`              // http or https
	Body   []byte `json:"body,omitempty"`   // POSTed when there is one
	Type   string `json:"type,omitempty"`   // media type of Body
	Accept string `json:"accept,omitempty"` // media type that the answer has to have; empty: any
	Limit  int64  `json:"limit"`            // largest answer in bytes
	Proxy  string `json:"proxy,omitempty"`  // http://host:port to ask through; empty: none
}

// Search is one search of a directory (RFC 4511). Never without TLS, unless it is Kerberos that protects it.
type Search struct {
	URI        string   `json:"uri"` // ldap://host:port or ldaps://host:port
	StartTLS   bool     `json:"start_tls,omitempty"`
	CA         []byte   `json:"ca,omitempty"` // PEM; empty: the system's authorities
	Bind       Bind     `json:"bind"`
	Base       string   `json:"base"`
	Filter     string   `json:"filter"` // complete, values escaped (RFC 4515)
	Attributes []string `json:"attributes"`
	Limit      int      `json:"limit"` // most entries; more than that is Truncated
}

// Bind says who searches: a name with its password, or a Kerberos principal with its keytab. It is never logged.
type Bind struct {
	DN        string `json:"dn,omitempty"`
	Password  []byte `json:"password,omitempty"`
	Principal string `json:"principal,omitempty"`
	Realm     string `json:"realm,omitempty"`
	Keytab    []byte `json:"keytab,omitempty"`
	Krb5Conf  []byte `json:"krb5_conf,omitempty"` // krb5.conf(5)
}

// Forward sends syslog messages (RFC 5424) over TLS (RFC 5425). The answer's Sent counts those that the receiver has
// taken over.
type Forward struct {
	Address  string   `json:"address"` // host:port
	CA       []byte   `json:"ca,omitempty"`
	Messages [][]byte `json:"messages"` // without framing
}

// Answer is what became of a question. Err is nil, or says why there is nothing.
type Answer struct {
	Failure   *Failure `json:"failure,omitempty"`
	Entries   []Entry  `json:"entries,omitempty"`   // of Search
	Truncated bool     `json:"truncated,omitempty"` // of Search: there are more
	Sent      int      `json:"sent,omitempty"`      // of Forward
	Body      []byte   `json:"-"`                   // of Fetch; travels behind the JSON
	Length    int64    `json:"length,omitempty"`    // of Body
}

// Entry is one entry of a directory. Values are bytes as the directory has them.
type Entry struct {
	DN     string              `json:"dn"`
	Values map[string][][]byte `json:"values"`
}

// Reason says why a question has no answer. Reasons are stable: texts and tests are keyed by them.
type Reason string

// The reasons.
const (
	Unreachable Reason = "unreachable" // no connection, or it broke
	Late        Reason = "late"        // not within the time
	TooLarge    Reason = "too-large"
	BadStatus   Reason = "bad-status" // an answer that is no success
	BadType     Reason = "bad-type"   // not the media type that was asked for
	BadTLS      Reason = "bad-tls"    // the server is not the one that was asked for
	Denied      Reason = "denied"     // the server does not let us ask
	Malformed   Reason = "malformed"  // the question, or what came back, makes no sense
)

// Failure is a question without an answer.
type Failure struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"` // for the log; holds no secret
}

// Error gives the reason and its detail.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Reason, f.Detail) }

// Client asks the courier behind a socket. It may be used by many goroutines: each question has a connection of its
// own, and ending ctx ends the question.
type Client struct{ Socket string }

// Ask puts one question. The error is a *Failure or ctx's.
func (c *Client) Ask(ctx context.Context, q Question) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	var answer Answer
	err := errand.Ask(ctx, c.Socket, func(conn net.Conn) (err error) {
		answer, err = exchange(conn, q)
		return err
	})
	if err != nil {
		return Answer{}, failed(ctx, err)
	}
	if answer.Failure != nil {
		return Answer{}, answer.Failure
	}
	return answer, nil
}

// failed folds an error of the connection into a Failure.
func failed(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &Failure{Reason: Late, Detail: "no answer in time"}
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errand.ErrFrame):
		return &Failure{Reason: Malformed, Detail: err.Error()}
	}
	return &Failure{Reason: Unreachable, Detail: err.Error()}
}

func exchange(conn net.Conn, q Question) (Answer, error) {
	if err := WriteQuestion(conn, q); err != nil {
		return Answer{}, err
	}
	return ReadAnswer(conn, q.limit())
}

// limit is the longest body that the question's answer may have.
func (q Question) limit() int64 {
	if q.Fetch == nil {
		return 0
	}
	return min(q.Fetch.Limit, MaxBody)
}

// WriteQuestion sends one question, as the service does.
func WriteQuestion(w io.Writer, q Question) error { return errand.WriteFrame(w, q, MaxQuestion) }

// ReadQuestion reads one question, as the courier does.
func ReadQuestion(r io.Reader) (Question, error) {
	var q Question
	err := errand.ReadFrame(r, &q, MaxQuestion)
	return q, err
}

// WriteAnswer sends an answer and its body. In the place of one that does not fit goes a Failure that says so.
func WriteAnswer(w io.Writer, a Answer) error {
	a.Length = int64(len(a.Body))
	err := errand.WriteFrame(w, a, MaxHead)
	if errors.Is(err, errand.ErrFrame) {
		return errand.WriteFrame(w, Answer{Failure: &Failure{Reason: TooLarge, Detail: err.Error()}}, MaxHead)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(a.Body)
	return err
}

// ReadAnswer reads an answer with a body of at most limit bytes.
func ReadAnswer(r io.Reader, limit int64) (Answer, error) {
	var a Answer
	if err := errand.ReadFrame(r, &a, MaxHead); err != nil {
		return Answer{}, err
	}
	if a.Length < 0 || a.Length > limit {
		return Answer{}, fmt.Errorf("%w: a body of %d bytes", errand.ErrFrame, a.Length)
	}
	a.Body = make([]byte, a.Length)
	_, err := io.ReadFull(r, a.Body)
	return a, err
}
