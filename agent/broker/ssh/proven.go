//go:build !canary_ssh_proof

package ssh

import "golang.org/x/crypto/ssh"

// hasSigned says whether the server has proved its key in this very session: anybody can name a key.
func hasSigned(key ssh.PublicKey, session []byte, signature *ssh.Signature) error {
	return key.Verify(session, signature)
}
