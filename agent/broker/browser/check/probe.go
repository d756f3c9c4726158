package check

import (
	"bufio"
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// probe asks one server with one version of TLS.
type probe struct {
	server  Server
	url     *url.URL
	version uint16
	key     *signer
	cache   tls.ClientSessionCache
}

const (
	// answerTime is how long one page may take, the card's part included.
	answerTime = 15 * time.Second
	// answerSize is how much of a page is read, in bytes.
	answerSize = 16 << 20
)

// errVersion means that the server does not speak this version of TLS.
var errVersion = errors.New("another version of TLS is wanted")

func (s *signer) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.asked++
	if s.off {
		return nil, errCardAway
	}
	return s.Signer.Sign(rand, digest, opts)
}

// isOpen says whether the page is served to somebody without a card.
func (p probe) isOpen(ctx context.Context) bool {
	p.cache = nil
	conn, err := p.connect(ctx, tls.Certificate{})
	if err != nil {
		return false
	}
	defer conn.Close()
	answer, err := p.get(conn)
	return err == nil && served(answer.status)
}

func (p probe) run(ctx context.Context) (Version, error) {
	key, ok := p.server.Card.PrivateKey.(crypto.Signer)
	if !ok {
		return Version{}, errCardAway
	}
	p.key = &signer{Signer: key}
	p.cache = tls.NewLRUClientSessionCache(4)
	card := p.server.Card
	card.PrivateKey = p.key
	v := Version{TLS: tls.VersionName(p.version)}
	if err := p.first(ctx, card, &v); err != nil {
		return v, err
	}
	v.Signatures = p.key.asked
	p.key.off = true
	v.Resumes = p.again(ctx, card)
	return v, nil
}

// first gets the page with the card, and once more on the same connection.
func (p probe) first(ctx context.Context, card tls.Certificate, v *Version) error {
	conn, err := p.connect(ctx, card)
	if err != nil {
		return err
	}
	defer conn.Close()
	answer, err := p.get(conn)
	if err != nil {
		return p.refusal(err)
	}
	v.Status = answer.status
	if l, ok := conn.NetConn().(*listener); ok && p.version == tls.VersionTLS12 {
		v.Named = identifies(l.heard)
	}
	if !served(answer.status) {
		return &RefusedError{Status: answer.status}
	}
	if asked := p.key.asked; !answer.last {
		p.key.off = true
		second, err := p.get(conn)
		v.KeepsOpen = err == nil && served(second.status) && p.key.asked == asked
		v.KeepFor = answer.keep
		p.key.off = false
	}
	return nil
}

// again gets the page on a new connection, with what the server has given to resume the session and without the card. No
// certificate is asked for in a session that is resumed (RFC 5246, 7.3; RFC 8446, 2.2).
func (p probe) again(ctx context.Context, card tls.Certificate) bool {
	conn, err := p.connect(ctx, card)
	if err != nil {
		return false
	}
	defer conn.Close()
	answer, err := p.get(conn)
	return err == nil && served(answer.status) && conn.ConnectionState().DidResume
}

func served(status int) bool { return status >= 200 && status < 400 }

func (p probe) connect(ctx context.Context, card tls.Certificate) (*tls.Conn, error) {
	address := net.JoinHostPort(p.url.Hostname(), orDefault(p.url.Port()))
	dial := p.server.Dial
	if dial == nil {
		dial = func(ctx context.Context, address string) (net.Conn, error) {
			return (&net.Dialer{Timeout: answerTime}).DialContext(ctx, "tcp", address)
		}
	}
	raw, err := dial(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	raw = &listener{Conn: raw}
	conn := tls.Client(raw, p.config(card))
	if err := raw.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(p.refusal(err), raw.Close())
	}
	return conn, nil
}

func (p probe) config(card tls.Certificate) *tls.Config {
	return &tls.Config{
		ServerName: p.url.Hostname(), RootCAs: p.server.Roots, MinVersion: p.version, MaxVersion: p.version, ClientSessionCache: p.cache,
		Renegotiation: tls.RenegotiateOnceAsClient, // of servers that ask for the card only below some folder
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &card, nil
		},
	}
}

// refusal tells a server that does not like the certificate from one that does not speak the version, and from a card or a
// network that fails.
func (p probe) refusal(err error) error {
	var op *net.OpError
	alert := errors.As(err, &op) && op.Op == "remote error"
	switch {
	case alert && op.Err.Error() == otherVersion, strings.Contains(err.Error(), unknownVersion):
		return fmt.Errorf("%w: %w", errVersion, err)
	case alert, errors.Is(err, io.EOF):
		return &RefusedError{Err: err}
	}
	return fmt.Errorf("asking the server: %w", err)
}

// What crypto/tls, which has no types for it, says of the alert protocol_version (RFC 8446, 6), and of a server that answers
// in a version that was not offered.
const (
	otherVersion   = "tls: protocol version not supported"
	unknownVersion = "tls: server selected unsupported protocol version"
)

func orDefault(port string) string {
	if port == "" {
		return "443"
	}
	return port
}

// answer is what of a page matters.
type answer struct {
	status int
	last   bool          // the server closes the connection
	keep   time.Duration // how long it says that it keeps the connection; 0: it does not say
}

func (p probe) get(conn *tls.Conn) (answer, error) {
	if err := conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return answer{}, err
	}
	request := http.Request{Method: http.MethodGet, URL: p.url, Host: p.url.Host, Header: http.Header{"User-Agent": {"sithsctl"}, "Connection": {"keep-alive"}}}
	if err := request.Write(conn); err != nil {
		return answer{}, err
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), &request)
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, answerSize)); err != nil {
		return answer{}, err
	}
	return answer{status: r.StatusCode, last: r.Close, keep: keepFor(r.Header.Get("Keep-Alive"))}, nil
}

// keepFor reads "timeout=5, max=100" (RFC 2068, 19.7.1.1).
func keepFor(header string) time.Duration {
	for part := range strings.SplitSeq(header, ",") {
		value, found := strings.CutPrefix(strings.TrimSpace(part), "timeout=")
		seconds, err := strconv.ParseUint(value, 10, 31)
		if found && err == nil {
			return time.Duration(seconds) * time.Second
		}
	}
	return 0
}
