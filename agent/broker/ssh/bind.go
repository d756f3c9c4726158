package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/ssh"

	"siths-agent/agent/broker/system"
)

// Bounds of what a server may have sent: an exchange hash, and a key or certificate that is checked with it.
const (
	maxSession = 128
	maxHostKey = 16 << 10
)

// Why a connection is not bound.
var (
	errForwarded = errors.New("the connection is forwarded to another machine")
	errBound     = errors.New("the connection is bound to another server")
	errTooLong   = errors.New("longer than a server's can be")
	errSHA1      = errors.New("a signature with SHA-1")
	errNoHost    = errors.New("a certificate that is not for a server")
)

// bindMessage is what the extension session-bind@openssh.com carries (OpenSSH, PROTOCOL.agent, 1).
type bindMessage struct {
	HostKey    []byte
	Session    []byte
	Signature  []byte
	Forwarding bool
}

// binding is the server that a connection is used for, by the proof that it has given of its key.
type binding struct {
	hostKey []byte // as the server has sent it
	session []byte
	prints  []string // of its key, and of the authority that has certified it
}

func (c *conn) extend(message []byte) []byte {
	var m extendMessage
	if ssh.Unmarshal(message, &m) != nil || m.Name != sessionBind {
		return []byte{failure}
	}
	if err := c.bind(m.Rest); err != nil {
		c.spent = true // whatever was meant, it is not a login to the one server from here
		c.s.o.Log.Info("ssh tells where it logs in, and is not believed", "pid", c.who.PID, "uid", c.who.UID, "error", err)
		return []byte{extensionFailure}
	}
	return []byte{success}
}

// bind takes the word of ssh about where it logs in, when the server has signed it.
func (c *conn) bind(raw []byte) error {
	var m bindMessage
	if err := ssh.Unmarshal(raw, &m); err != nil {
		return err
	}
	if m.Forwarding {
		return errForwarded
	}
	b, err := m.prove()
	if err != nil {
		return err
	}
	if c.bound != nil && (!bytes.Equal(c.bound.session, b.session) || !bytes.Equal(c.bound.hostKey, b.hostKey)) {
		return errBound
	}
	c.bound = b
	return nil
}

// prove checks that the server's key has signed the session.
func (m bindMessage) prove() (*binding, error) {
	if len(m.Session) > maxSession || len(m.HostKey) > maxHostKey {
		return nil, errTooLong
	}
	key, err := ssh.ParsePublicKey(m.HostKey)
	if err != nil {
		return nil, fmt.Errorf("reading the server's key: %w", err)
	}
	var signature ssh.Signature
	if err := ssh.Unmarshal(m.Signature, &signature); err != nil {
		return nil, fmt.Errorf("reading the server's signature: %w", err)
	}
	if signature.Format == ssh.KeyAlgoRSA || signature.Format == "ssh-dss" {
		return nil, errSHA1
	}
	if err := hasSigned(key, m.Session, &signature); err != nil {
		return nil, fmt.Errorf("checking the server's signature: %w", err)
	}
	prints, err := printsOf(key)
	return &binding{m.HostKey, m.Session, prints}, err
}

// printsOf are the fingerprints that a server may be known by. A certificate that does not hold is none.
func printsOf(key ssh.PublicKey) ([]string, error) {
	cert, ok := key.(*ssh.Certificate)
	if !ok {
		return []string{ssh.FingerprintSHA256(key)}, nil
	}
	if cert.CertType != ssh.HostCert || len(cert.ValidPrincipals) == 0 {
		return nil, errNoHost
	}
	// Which name the person has typed only ssh knows, and has checked.
	if err := (&ssh.CertChecker{}).CheckCert(cert.ValidPrincipals[0], cert); err != nil {
		return nil, fmt.Errorf("checking the server's certificate: %w", err)
	}
	return []string{ssh.FingerprintSHA256(cert.Key), ssh.FingerprintSHA256(cert.SignatureKey)}, nil
}

// serves says whether a system's rule lets the card log in where the connection is used.
func (c *conn) serves(s system.System) bool {
	return s.SSH != nil && (len(s.SSH.HostKeys) == 0 || c.isBoundTo(s.SSH.HostKeys))
}

// sees says whether who asks for keys on the connection may be told of a system's: ssh may ask before it says where to.
func (c *conn) sees(s system.System) bool { return c.bound == nil && s.SSH != nil || c.serves(s) }

func anyOf(prints, wanted []string) bool {
	return slices.ContainsFunc(prints, func(p string) bool { return slices.Contains(wanted, p) })
}
