// Package host keeps one inserted card in a process of its own and talks to it over a pipe.
package host

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"siths-agent/pcsc/token"
)

// Op is what the parent asks of the child. The parent asks one thing at a time and the child answers in order.
type Op byte

// The operations.
const (
	OpOpen Op = 'o' // body: Open as JSON; answer: token.Info as JSON
	OpSign Op = 's' // body: one byte PIN length, PIN, 32 bytes SHA-256 of the certificate, message; answer: signature
	OpUse  Op = 'd' // body: 32 bytes SHA-256 of the certificate, one byte length of a token.Scheme, it, digest; answer: signature
	// The two of card care: which PIN (a token.Which), 32 bytes SHA-256 of the certificate to log in with, then the PIN or
	// PUK and the new PIN, each after its length in one byte; answer: none.
	OpChange  Op = 'p'
	OpUnblock Op = 'u'

	OpCheck Op = 'c' // body: none; answer: none. Is it still the card that took the PIN?
	OpClose Op = 'x' // body: none; answer: none, after the card was reset. The child then ends.
)

// MaxBody is the longest body in bytes, of a question or an answer: room for some hundred certificates.
const MaxBody = 1 << 20

// CertIDLen is the length of the certificate's name in OpSign: a SHA-256 hash.
const CertIDLen = 32

// headerLen is one byte of Op or status and four of body length, big-endian.
const headerLen = 5

// Status bytes of an answer.
const (
	statusOK    = 0
	statusError = 1 // body: Failure as JSON
)

// ErrFrame says that the other side does not keep to the protocol.
var ErrFrame = errors.New("malformed frame on the cardhost pipe")

// OpenRequest names the reader and the modules to try, in order.
type OpenRequest struct {
	Reader  string   `json:"reader"`
	Modules []string `json:"modules"`
}

// Failure carries a typed error over the pipe.
type Failure struct {
	Kind   string          `json:"kind"` // a word of failureKinds, or "pin"
	Reason token.PINReason `json:"reason,omitempty"`
	Tries  *int            `json:"tries,omitempty"`
	Detail string          `json:"detail,omitempty"` // for the log; never shown to people
}

// failureKinds are the errors that keep their identity over the pipe.
func failureKinds() map[string]error {
	return map[string]error{
		"unreadable": token.ErrUnreadable, "unsupported": token.ErrUnsupported, "busy": token.ErrBusy,
		"silent": token.ErrSilent, "removed": token.ErrRemoved, "changed": token.ErrChanged, "no-key": token.ErrNoKey,
		"no-care": token.ErrNoCare,
	}
}

// NewFailure folds err into what travels. An error of no known kind is "unreadable".
func NewFailure(err error) Failure {
	var pin *token.PINError
	if errors.As(err, &pin) {
		return Failure{Kind: "pin", Reason: pin.Reason, Tries: pin.Tries}
	}
	for kind, known := range failureKinds() {
		if errors.Is(err, known) {
			return Failure{Kind: kind, Detail: err.Error()}
		}
	}
	return Failure{Kind: "unreadable", Detail: err.Error()}
}

// Err unfolds a Failure.
func (f Failure) Err() error {
	if f.Kind == "pin" {
		return &token.PINError{Reason: f.Reason, Tries: f.Tries}
	}
	if known, ok := failureKinds()[f.Kind]; ok {
		return fmt.Errorf("%w: %s", known, f.Detail)
	}
	return fmt.Errorf("%w: unknown failure %q", ErrFrame, f.Kind)
}

// WriteHeader starts a frame of the given body length.
func WriteHeader(w io.Writer, first byte, body int) error {
	if body < 0 || body > MaxBody {
		return fmt.Errorf("%w: body of %d bytes", ErrFrame, body)
	}
	var h [headerLen]byte
	h[0] = first
	binary.BigEndian.PutUint32(h[1:], uint32(body))
	_, err := w.Write(h[:])
	return err
}

// ReadHeader reads the start of a frame and nothing of its body.
func ReadHeader(r io.Reader) (first byte, body int, err error) {
	var h [headerLen]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return 0, 0, err
	}
	n := binary.BigEndian.Uint32(h[1:])
	if isOverlong(n) {
		return 0, 0, fmt.Errorf("%w: body of %d bytes", ErrFrame, n)
	}
	return h[0], int(n), nil
}

// WriteAnswer sends an answer: body when err is nil, else the failure.
func WriteAnswer(w io.Writer, body []byte, err error) error {
	status := byte(statusOK)
	if err != nil {
		status = statusError
		if body, err = json.Marshal(NewFailure(err)); err != nil {
			return err
		}
	}
	if err := WriteHeader(w, status, len(body)); err != nil || len(body) == 0 {
		return err
	}
	_, err = w.Write(body)
	return err
}

// ReadAnswer reads one answer.
func ReadAnswer(r io.Reader) ([]byte, error) {
	status, n, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, err
	}
	if status == statusOK {
		return body, nil
	}
	var f Failure
	if status != statusError || json.Unmarshal(body, &f) != nil {
		return nil, fmt.Errorf("%w: status %d", ErrFrame, status)
	}
	return nil, f.Err()
}
