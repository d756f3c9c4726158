package ssh

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"siths-agent/pcsc/token"
)

// Why nothing is signed.
var (
	errNotLogin = errors.New("what is to be signed is no login")
	errOther    = errors.New("the login is with another key, or elsewhere, than was said")
	errKey      = errors.New("not the card's key")
	errFlags    = errors.New("a way to sign that is not served")
)

// loginMessage is what ssh has signed to log in (RFC 4252, 7). With hostBound a server's key follows (OpenSSH, PROTOCOL,
// 3.1).
type loginMessage struct {
	Session []byte
	Type    byte
	User    string
	Service string
	Method  string
	Signed  bool
	Algo    string
	Key     []byte
	Rest    []byte `ssh:"rest"`
}

// The words of loginMessage.
const (
	userAuth  = 50 // SSH_MSG_USERAUTH_REQUEST (RFC 4252, 6)
	service   = "ssh-connection"
	publicKey = "publickey"
	hostBound = "publickey-hostbound-v00@openssh.com"
)

type hostMessage struct {
	HostKey []byte
}

// way is how a request wants its signature.
type way struct {
	algo   string
	scheme token.Scheme
}

func (c *conn) sign(ctx context.Context, message []byte) []byte {
	ctx, cancel := context.WithTimeout(ctx, signTime)
	defer cancel()
	signature, err := c.signed(ctx, message)
	if err != nil {
		c.s.o.Log.Info("nothing signed for ssh", "pid", c.who.PID, "uid", c.who.UID, "error", err)
		return []byte{failure}
	}
	return ssh.Marshal(signedMessage{ssh.Marshal(signature)})
}

func (c *conn) signed(ctx context.Context, message []byte) (*ssh.Signature, error) {
	if c.spent {
		return nil, errForwarded
	}
	var m signMessage
	if err := ssh.Unmarshal(message, &m); err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	w, err := wayOf(m.Flags)
	if err != nil {
		return nil, err
	}
	if err := c.isLogin(m, w); err != nil {
		return nil, err
	}
	g, err := c.grant(ctx, c.serves)
	if err != nil {
		return nil, err
	}
	key, err := keyOf(g.Certificate())
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(key.Marshal(), m.Key) {
		return nil, errKey
	}
	blob, err := g.Sign(ctx, w.scheme, digest(w.scheme.Hash(), m.Data))
	return &ssh.Signature{Format: w.algo, Blob: blob}, err
}

// wayOf reads the flags of a request. Without any, ssh means SHA-1 (RFC 8332, 3), which nobody gets.
func wayOf(flags uint32) (way, error) {
	switch flags {
	case flagSHA256:
		return way{ssh.KeyAlgoRSASHA256, token.PKCS1SHA256}, nil
	case flagSHA512:
		return way{ssh.KeyAlgoRSASHA512, token.PKCS1SHA512}, nil
	}
	return way{}, errFlags
}

func digest(h crypto.Hash, data []byte) []byte {
	sum := h.New()
	sum.Write(data)
	return sum.Sum(nil)
}

// readLogin reads what ssh has signed to log in, and the server's key where it is named.
func readLogin(data []byte) (l loginMessage, hostKey []byte, err error) {
	if err := ssh.Unmarshal(data, &l); err != nil {
		return l, nil, errors.Join(errNotLogin, err)
	}
	if l.Type != userAuth || l.Service != service || !l.Signed {
		return l, nil, errNotLogin
	}
	switch l.Method {
	case publicKey:
		if len(l.Rest) > 0 {
			return l, nil, errNotLogin
		}
		return l, nil, nil
	case hostBound:
		var h hostMessage
		if err := ssh.Unmarshal(l.Rest, &h); err != nil {
			return l, nil, errors.Join(errNotLogin, err)
		}
		return l, h.HostKey, nil
	}
	return l, nil, errNotLogin
}
