//go:build !canary_ssh_login

package ssh

import "bytes"

// isLogin says why a request is not for the login that the connection is there for: the card's key signs nothing else,
// and so nothing that means something elsewhere.
func (c *conn) isLogin(m signMessage, w way) error {
	l, hostKey, err := readLogin(m.Data)
	if err != nil {
		return err
	}
	if l.Algo != w.algo || !bytes.Equal(l.Key, m.Key) {
		return errOther
	}
	if b := c.bound; b != nil && (!bytes.Equal(l.Session, b.session) || hostKey != nil && !bytes.Equal(hostKey, b.hostKey)) {
		return errOther
	}
	return nil
}
