// Package courier is how the service asks for what is on the network: the one process that has a network answers.
package courier

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"siths-agent/agent/safesocket"
)

// Sizes in bytes.
const (
	// MaxQuestion bounds a question and MaxHead the JSON of an answer.
	MaxQuestion, MaxHead = 4 << 20, 1 << 20
	// MaxBody bounds what is fetched, whatever a question allows.
	MaxBody = 64 << 20
)

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
	conn, err := safesocket.Dial(ctx, c.Socket)
	if err != nil {
		return Answer{}, failed(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	answer, err := exchange(conn, q)
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
	case errors.Is(err, errFrame):
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

var errFrame = errors.New("malformed frame on the courier's socket")

// WriteQuestion sends one question, as the service does.
func WriteQuestion(w io.Writer, q Question) error { return writeFrame(w, q, MaxQuestion) }

// ReadQuestion reads one question, as the courier does.
func ReadQuestion(r io.Reader) (Question, error) {
	var q Question
	err := readFrame(r, &q, MaxQuestion)
	return q, err
}

// WriteAnswer sends an answer and its body. In the place of one that does not fit goes a Failure that says so.
func WriteAnswer(w io.Writer, a Answer) error {
	a.Length = int64(len(a.Body))
	err := writeFrame(w, a, MaxHead)
	if errors.Is(err, errFrame) {
		return writeFrame(w, Answer{Failure: &Failure{Reason: TooLarge, Detail: err.Error()}}, MaxHead)
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
	if err := readFrame(r, &a, MaxHead); err != nil {
		return Answer{}, err
	}
	if a.Length < 0 || a.Length > limit {
		return Answer{}, fmt.Errorf("%w: a body of %d bytes", errFrame, a.Length)
	}
	a.Body = make([]byte, a.Length)
	_, err := io.ReadFull(r, a.Body)
	return a, err
}

// A frame is the length of its JSON (4 bytes, big-endian) and the JSON.
func writeFrame(w io.Writer, v any, limit int) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) > limit {
		return fmt.Errorf("%w: %d bytes", errFrame, len(text))
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
}

func readFrame(r io.Reader, v any, limit uint32) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > limit {
		return fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	return nil
}
