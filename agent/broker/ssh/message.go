package ssh

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// Types of messages (draft-miller-ssh-agent, 6.1), and the flags of a request to sign (6.3).
const (
	failure           = 5
	success           = 6
	requestIdentities = 11
	identitiesAnswer  = 12
	signRequest       = 13
	signResponse      = 14
	extension         = 27
	extensionFailure  = 28

	flagSHA256 = 2
	flagSHA512 = 4
)

// sessionBind is the extension that says what a connection is used for (OpenSSH, PROTOCOL.agent, 1).
const sessionBind = "session-bind@openssh.com"

// signMessage asks for a signature (draft-miller-ssh-agent, 3.6).
type signMessage struct {
	Key   []byte `sshtype:"13"`
	Data  []byte
	Flags uint32
}

// signedMessage is the answer to it.
type signedMessage struct {
	Signature []byte `sshtype:"14"`
}

// extendMessage asks for an extension (draft-miller-ssh-agent, 3.8).
type extendMessage struct {
	Name string `sshtype:"27"`
	Rest []byte `ssh:"rest"`
}

// keysMessage is the answer to who asks for keys, where there is one at most (draft-miller-ssh-agent, 3.5).
type keysMessage struct {
	Count uint32 `sshtype:"12"`
	Rest  []byte `ssh:"rest"`
}

type keyMessage struct {
	Key     []byte
	Comment string
}

func noKeys() []byte { return ssh.Marshal(keysMessage{}) }

func oneKey(key ssh.PublicKey, comment string) []byte {
	return ssh.Marshal(keysMessage{1, ssh.Marshal(keyMessage{key.Marshal(), comment})})
}

// keyOf is the key of a certificate, as ssh has it.
func keyOf(der []byte) (ssh.PublicKey, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("reading the certificate: a key of type %T", cert.PublicKey)
	}
	return ssh.NewPublicKey(key)
}

// AuthorizedKey is the line about a certificate's key for a server's file authorized_keys (sshd(8)).
func AuthorizedKey(der []byte) (string, error) {
	key, err := keyOf(der)
	if err != nil {
		return "", err
	}
	line := ssh.MarshalAuthorizedKey(key)
	return string(line[:len(line)-1]), nil
}
