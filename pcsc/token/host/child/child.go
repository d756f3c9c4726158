// Package child is the side of the cardhost pipe that holds the card: it alone loads PKCS#11 modules.
package child

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"

	"siths-agent/internal/secret"
	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// Card is what Serve needs of a card. Certificates are named by the SHA-256 of their DER form.
type Card interface {
	Open(host.OpenRequest) (token.Info, error)
	Sign(pin []byte, cert [sha256.Size]byte, message []byte) ([]byte, error)
	Use(cert [sha256.Size]byte, scheme token.Scheme, digest []byte) ([]byte, error)
	Change(which token.Which, cert [sha256.Size]byte, old, fresh []byte) error
	Unblock(which token.Which, cert [sha256.Size]byte, puk, fresh []byte) error
	Check() error
	Close() error
}

// maxMessage is the longest message in bytes that a card signs for us: the agent's statements are far shorter.
const maxMessage = 4096

// Serve answers questions from pipe until it is closed or OpClose comes. It returns nil then, and an error when the
// other side does not keep to the protocol. The card is closed in any case.
func Serve(pipe io.ReadWriter, card Card) error {
	defer func() { _ = card.Close() }()
	pin, err := secret.New(token.MaxPIN)
	if err != nil {
		return err
	}
	defer func() { _ = pin.Close() }()
	for {
		op, n, err := host.ReadHeader(pipe)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		answer, opErr, err := serveOne(pipe, card, pin, host.Op(op), n)
		if err != nil {
			return err
		}
		if err := host.WriteAnswer(pipe, answer, opErr); err != nil {
			return err
		}
		if host.Op(op) == host.OpClose {
			return nil
		}
	}
}

// serveOne reads the rest of one question and carries it out. err is a protocol error, opErr the card's.
func serveOne(pipe io.Reader, card Card, pin *secret.Buffer, op host.Op, n int) (answer []byte, opErr, err error) {
	switch op {
	case host.OpOpen:
		return open(pipe, card, n)
	case host.OpSign:
		return sign(pipe, card, pin, n)
	case host.OpUse:
		return use(pipe, card, n)
	case host.OpChange:
		opErr, err = care(pipe, n, token.CheckPIN, card.Change)
		return nil, opErr, err
	case host.OpUnblock:
		opErr, err = care(pipe, n, token.CheckPUK, card.Unblock)
		return nil, opErr, err
	case host.OpCheck, host.OpClose:
		if n != 0 {
			return nil, nil, host.ErrFrame
		}
		if op == host.OpCheck {
			return nil, card.Check(), nil
		}
		return nil, card.Close(), nil
	}
	return nil, nil, fmt.Errorf("%w: unknown operation %d", host.ErrFrame, op)
}

func open(pipe io.Reader, card Card, n int) (answer []byte, opErr, err error) {
	body := make([]byte, n)
	if _, err := io.ReadFull(pipe, body); err != nil {
		return nil, nil, err
	}
	var req host.OpenRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", host.ErrFrame, err)
	}
	info, opErr := card.Open(req)
	if opErr != nil {
		return nil, opErr, nil
	}
	answer, err = json.Marshal(info)
	return answer, nil, err
}

// sign reads the PIN straight into its locked page. The page is wiped before the answer is sent.
func sign(pipe io.Reader, card Card, pin *secret.Buffer, n int) (answer []byte, opErr, err error) {
	defer forget(pin)
	var length [1]byte
	if _, err := io.ReadFull(pipe, length[:]); err != nil {
		return nil, nil, err
	}
	size := int(length[0])
	rest := n - 1 - size
	if size > token.MaxPIN || rest < sha256.Size || rest > sha256.Size+maxMessage {
		return nil, nil, host.ErrFrame
	}
	if err := pin.ReadN(pipe, size); err != nil {
		return nil, nil, err
	}
	body := make([]byte, rest)
	if _, err := io.ReadFull(pipe, body); err != nil {
		return nil, nil, err
	}
	if err := token.CheckPIN(pin.Bytes()); err != nil {
		return nil, err, nil
	}
	answer, opErr = card.Sign(pin.Bytes(), [sha256.Size]byte(body[:sha256.Size]), body[sha256.Size:])
	return answer, opErr, nil
}
