package child

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync/atomic"

	"siths-agent/agent/courier"

	"github.com/go-ldap/ldap/v3"
)

var errTooMuch = errors.New("the directory sends too much")

// counter counts the bytes of a directory's answers.
type counter struct {
	read     atomic.Int64
	exceeded atomic.Bool
}

// add counts n more and says whether that is too much.
func (c *counter) add(n int) bool {
	if c.read.Add(int64(n)) > maxDirectory {
		c.exceeded.Store(true)
	}
	return c.exceeded.Load()
}

// line is an encrypted connection to a directory.
type line struct {
	host string
	raw  *metered
	ldap *ldap.Conn
	stop func() bool
}

func (l *line) close() {
	l.stop()
	_ = l.ldap.Close()
	_ = l.raw.Close()
}

// dialDirectory connects, and encrypts before anything is said. The end of ctx ends the connection.
func dialDirectory(ctx context.Context, s courier.Search) (*line, error) {
	u, err := url.Parse(s.URI)
	if err != nil || u.Hostname() == "" || u.Scheme != "ldaps" && (u.Scheme != "ldap" || !s.StartTLS) {
		return nil, malformed("not an address of a directory with encryption")
	}
	authorities, err := authoritiesOf(s.CA)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), portOf(u)))
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	l := &line{host: strings.ToLower(u.Hostname()), raw: &metered{Conn: conn}}
	l.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := l.encrypt(ctx, u.Scheme == "ldaps", directoryTLS(l.host, authorities)); err != nil {
		l.stop()
		_ = conn.Close()
		return nil, l.failure(ctx, err)
	}
	return l, nil
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "ldaps":
		return ldap.DefaultLdapsPort
	}
	return ldap.DefaultLdapPort
}

// authoritiesOf reads PEM, nil for the system's.
func authoritiesOf(text []byte) (*x509.CertPool, error) {
	if len(text) == 0 {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, malformed("no certificate in the authorities")
	}
	return pool, nil
}

// unreachable says why there is no connection.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &courier.Failure{Reason: courier.Late, Detail: "no connection in time"}
	}
	return &courier.Failure{Reason: courier.Unreachable, Detail: err.Error()}
}

// encrypt begins with TLS, or asks for it (StartTLS, RFC 4511, section 4.14).
func (l *line) encrypt(ctx context.Context, atOnce bool, cfg *tls.Config) error {
	if !atOnce {
		l.ldap = ldap.NewConn(l.raw, false)
		l.ldap.Start()
		return badTLS(l.ldap.StartTLS(cfg))
	}
	conn := tls.Client(l.raw, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		return badTLS(ldap.NewError(ldap.ErrorNetwork, errors.Join(errHandshake, err)))
	}
	l.ldap = ldap.NewConn(conn, true)
	l.ldap.Start()
	return nil
}

var errHandshake = errors.New("TLS handshake failed")

// badTLS picks out a handshake that the server's certificate has failed. The library tells it by its words only.
func badTLS(err error) error {
	if err == nil || !strings.Contains(err.Error(), errHandshake.Error()) || !strings.Contains(err.Error(), "tls: ") {
		return err
	}
	return &courier.Failure{Reason: courier.BadTLS, Detail: err.Error()}
}
