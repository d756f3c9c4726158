package child

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net"
	"testing"

	"siths-agent/pcsc/token"
	"siths-agent/pcsc/token/host"
)

// fakeCard notes what it was asked.
type fakeCard struct {
	pin    []byte // a copy of what Sign saw
	alias  []byte // the very slice that Sign was given
	cert   [sha256.Size]byte
	msg    []byte
	scheme token.Scheme
	closed int
	err    error
}

func (c *fakeCard) Open(r host.OpenRequest) (token.Info, error) {
	return token.Info{Kind: r.Reader, Certs: [][]byte{{1, 2}}}, c.err
}

func (c *fakeCard) Sign(pin []byte, cert [sha256.Size]byte, msg []byte) ([]byte, error) {
	c.pin, c.alias, c.cert, c.msg = bytes.Clone(pin), pin, cert, bytes.Clone(msg)
	return []byte("signature"), c.err
}

func (c *fakeCard) Use(cert [sha256.Size]byte, scheme token.Scheme, digest []byte) ([]byte, error) {
	c.cert, c.scheme, c.msg = cert, scheme, bytes.Clone(digest)
	return []byte("use"), c.err
}

func (c *fakeCard) Change(which token.Which, cert [sha256.Size]byte, old, fresh []byte) error {
	return c.care("change", which, cert, old, fresh)
}

func (c *fakeCard) Unblock(which token.Which, cert [sha256.Size]byte, puk, fresh []byte) error {
	return c.care("unblock", which, cert, puk, fresh)
}

func (c *fakeCard) Check() error { return c.err }
func (c *fakeCard) Close() error { c.closed++; return nil }

// serve runs Serve over a pipe and returns our end.
func serve(t *testing.T, card Card) net.Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	done := make(chan struct{})
	go func() { defer close(done); _ = Serve(theirs, card); _ = theirs.Close() }()
	t.Cleanup(func() { _ = ours.Close(); <-done })
	return ours
}

func ask(t *testing.T, conn net.Conn, op host.Op, body []byte) ([]byte, error) {
	t.Helper()
	if err := host.WriteHeader(conn, byte(op), len(body)); err != nil {
		t.Fatal(err)
	}
	if len(body) > 0 {
		if _, err := conn.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	return host.ReadAnswer(conn)
}

func signBody(pin, msg string) []byte {
	cert := sha256.Sum256([]byte("certificate"))
	return append(append(append([]byte{byte(len(pin))}, pin...), cert[:]...), msg...)
}

func TestTheChildOpensSignsChecksAndCloses(t *testing.T) {
	card := &fakeCard{}
	conn := serve(t, card)
	answer, err := ask(t, conn, host.OpOpen, []byte(`{"reader":"R","modules":["m.so"]}`))
	var info token.Info
	if err != nil || json.Unmarshal(answer, &info) != nil || info.Kind != "R" || len(info.Certs) != 1 {
		t.Fatalf("open: %s, %v", answer, err)
	}
	if sig, err := ask(t, conn, host.OpSign, signBody("482913", "statement")); err != nil || string(sig) != "signature" {
		t.Errorf("sign: %q, %v", sig, err)
	}
	if string(card.pin) != "482913" || string(card.msg) != "statement" || card.cert != sha256.Sum256([]byte("certificate")) {
		t.Errorf("the card saw PIN %q, message %q", card.pin, card.msg)
	}
	if _, err := ask(t, conn, host.OpCheck, nil); err != nil {
		t.Errorf("check: %v", err)
	}
	if _, err := ask(t, conn, host.OpClose, nil); err != nil {
		t.Errorf("close: %v", err)
	}
	if _, err := io.ReadAll(conn); err != nil || card.closed == 0 { // the end of the stream is the end of Serve
		t.Errorf("after close: %v, closed %d times", err, card.closed)
	}
}

func TestThePINIsWipedBeforeTheAnswerIsSent(t *testing.T) {
	for name, err := range map[string]error{"that was right": nil, "that was wrong": &token.PINError{Reason: token.Wrong}} {
		t.Run(name, func(t *testing.T) {
			card := &fakeCard{err: err}
			conn := serve(t, card)
			_, got := ask(t, conn, host.OpSign, signBody("482913", "x"))
			if (got == nil) != (err == nil) {
				t.Fatal(got)
			}
			if !bytes.Equal(card.alias, make([]byte, 6)) {
				t.Error("the page still holds the PIN")
			}
		})
	}
}

func TestAPINThatCannotBeOneNeverReachesTheCard(t *testing.T) {
	for _, pin := range []string{"", "1", "12345", "abcdef", "12345\x00"} {
		card := &fakeCard{}
		conn := serve(t, card)
		_, err := ask(t, conn, host.OpSign, signBody(pin, "x"))
		var refused *token.PINError
		if !errors.As(err, &refused) || refused.Reason != token.Length || card.pin != nil {
			t.Errorf("%q: %v, the card saw %q", pin, err, card.pin)
		}
	}
}

func TestTheChildEndsWhenTheParentDoesNotKeepToTheProtocol(t *testing.T) {
	for name, frame := range map[string][]byte{
		"an unknown operation":       {'?', 0, 0, 0, 0},
		"a check with a body":        {'c', 0, 0, 0, 1, 0},
		"a body longer than allowed": {'o', 0xff, 0xff, 0xff, 0xff},
		"a PIN longer than allowed":  append([]byte{'s', 0, 0, 0, 60, 13}, make([]byte, 59)...),
		"a question without message": append([]byte{'s', 0, 0, 0, 8, 6}, "123456x"...),
		"JSON that is none":          {'o', 0, 0, 0, 1, 'x'},
		"a scheme that is none":      append([]byte{'d', 0, 0, 0, 67}, useBody("md5", 31)...),
		"a digest that is too short": append([]byte{'d', 0, 0, 0, 74}, useBody("pss-sha256", 31)...),
		"a scheme longer than all":   append([]byte{'d', 0, 0, 0, 33}, append(make([]byte, 32), 9)...),
		"a signature of a kilobyte":  {'d', 0, 0, 4, 0},
	} {
		t.Run(name, func(t *testing.T) {
			card := &fakeCard{}
			ours, theirs := net.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- Serve(theirs, card); _ = theirs.Close() }()
			go func() { _, _ = ours.Write(frame) }()
			if err := <-ended; err == nil {
				t.Error("it went on")
			}
			if card.closed == 0 || card.pin != nil {
				t.Errorf("closed %d times, the card saw %q", card.closed, card.pin)
			}
			_ = ours.Close()
		})
	}
}

func TestTheEndOfThePipeClosesTheCard(t *testing.T) {
	card := &fakeCard{}
	ours, theirs := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(theirs, card) }()
	_ = ours.Close()
	if err := <-ended; err != nil || card.closed == 0 {
		t.Errorf("%v, closed %d times", err, card.closed)
	}
}

// rw joins what is fuzzed with a place for the answers.
type rw struct {
	io.Reader
	io.Writer
}

func FuzzServe(f *testing.F) {
	f.Add([]byte("c\x00\x00\x00\x00x\x00\x00\x00\x00"))
	f.Add(append([]byte{'s', 0, 0, 0, 40}, signBody("123456", "y")...))
	f.Add([]byte("o\x00\x00\x00\x02{}"))
	f.Add(append([]byte{'d', 0, 0, 0, 75}, useBody("pss-sha256", 32)...))
	f.Add(append([]byte{'p', 0, 0, 0, 47}, careBody('a', "482913", "135790")...))
	f.Add(append([]byte{'u', 0, 0, 0, 49}, careBody('s', "12345678", "135790")...))
	f.Fuzz(func(t *testing.T, data []byte) {
		card := &fakeCard{}
		_ = Serve(rw{bytes.NewReader(data), io.Discard}, card)
		if card.closed == 0 {
			t.Error("the card was left open")
		}
		if card.pin != nil && token.CheckPIN(card.pin) != nil {
			t.Errorf("the card saw %q", card.pin)
		}
		if hash := card.scheme.Hash(); card.scheme != "" && (hash == 0 || len(card.msg) != hash.Size()) {
			t.Errorf("the card saw %d bytes for %q", len(card.msg), card.scheme)
		}
	})
}

func TestOnlyBareNamesAreLookedUpInTheSystemsFolders(t *testing.T) {
	for _, name := range []string{"../evil.so", "sub/evil.so", "./evil.so"} {
		if got := candidates(name); got != nil {
			t.Errorf("%s would be loaded from %v", name, got)
		}
	}
	if got := candidates("/opt/x.so"); len(got) != 1 || got[0] != "/opt/x.so" {
		t.Errorf("an absolute path became %v", got)
	}
}
