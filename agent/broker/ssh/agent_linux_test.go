package ssh

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

func TestTheCardsKeyIsThereWhileSomebodyIsLoggedIn(t *testing.T) {
	w := newWorld(t, anyProgram())
	a := w.client()
	for range 2 {
		keys, err := a.List()
		if err != nil || len(keys) != 1 || keys[0].Comment != "Anna Test" || ssh.FingerprintSHA256(keys[0]) != ssh.FingerprintSHA256(cardKey(t)) {
			t.Fatalf("%v, %v", keys, err)
		}
		w.end()
		if keys, err := a.List(); err != nil || len(keys) != 0 {
			t.Errorf("after the login: %v, %v", keys, err)
		}
		if _, err := a.SignWithFlags(cardKey(t), login(cardKey(t), ssh.KeyAlgoRSASHA512, []byte("s")), agent.SignatureFlagRsaSha512); err == nil {
			t.Error("signed after the login")
		}
		w.login() // the connection outlives it
	}
}

func TestALoginIsSignedWithSHA2AndNothingElseIs(t *testing.T) {
	key := cardKey(t)
	good := func(change func(m *loginMessage)) []byte {
		m := loginMessage{Session: []byte("s"), Type: userAuth, User: "anna", Service: service, Method: publicKey, Signed: true,
			Algo: ssh.KeyAlgoRSASHA256, Key: key.Marshal()}
		change(&m)
		return ssh.Marshal(m)
	}
	cases := map[string]struct {
		data  []byte
		flags agent.SignatureFlags
		want  string // the signature's format; empty: refused
	}{
		"SHA-256":                {login(key, ssh.KeyAlgoRSASHA256, []byte("s")), agent.SignatureFlagRsaSha256, ssh.KeyAlgoRSASHA256},
		"SHA-512":                {login(key, ssh.KeyAlgoRSASHA512, []byte("s")), agent.SignatureFlagRsaSha512, ssh.KeyAlgoRSASHA512},
		"SHA-1":                  {login(key, ssh.KeyAlgoRSA, []byte("s")), 0, ""},
		"flags that nobody has":  {login(key, ssh.KeyAlgoRSASHA256, []byte("s")), 8, ""},
		"both":                   {login(key, ssh.KeyAlgoRSASHA256, []byte("s")), 6, ""},
		"another way than named": {login(key, ssh.KeyAlgoRSASHA512, []byte("s")), agent.SignatureFlagRsaSha256, ""},
		"a file (SSHSIG)":        {append([]byte("SSHSIG"), make([]byte, 64)...), agent.SignatureFlagRsaSha256, ""},
		"any bytes":              {[]byte("a commit"), agent.SignatureFlagRsaSha256, ""},
		"a question (unsigned)":  {good(func(m *loginMessage) { m.Signed = false }), agent.SignatureFlagRsaSha256, ""},
		"another service":        {good(func(m *loginMessage) { m.Service = "ssh-userauth" }), agent.SignatureFlagRsaSha256, ""},
		"another method":         {good(func(m *loginMessage) { m.Method = "hostbased" }), agent.SignatureFlagRsaSha256, ""},
		"another message":        {good(func(m *loginMessage) { m.Type = 51 }), agent.SignatureFlagRsaSha256, ""},
		"another key in it":      {good(func(m *loginMessage) { m.Key = []byte("x") }), agent.SignatureFlagRsaSha256, ""},
		"more behind it":         {good(func(m *loginMessage) { m.Rest = []byte("x") }), agent.SignatureFlagRsaSha256, ""},
	}
	w := newWorld(t, anyProgram())
	a := w.client()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			sig, err := a.SignWithFlags(key, c.data, c.flags)
			switch {
			case c.want == "" && err == nil:
				t.Error("signed")
			case c.want != "" && (err != nil || sig.Format != c.want || key.Verify(c.data, sig) != nil):
				t.Errorf("%v, %v", sig, err)
			}
		})
	}
	if n := w.events(audit.SSOReleased); n != 2 {
		t.Errorf("%d rows tell of 2 signatures", n)
	}
}

func TestAnotherKeyIsNotSignedWith(t *testing.T) {
	w := newWorld(t, anyProgram())
	a := w.client()
	other := newHost(t).PublicKey()
	if _, err := a.SignWithFlags(other, login(other, ssh.KeyAlgoRSASHA256, []byte("s")), agent.SignatureFlagRsaSha256); err == nil {
		t.Error("signed")
	}
}

func TestWhatTheAgentDoesNotServeIsRefusedByAnAnswer(t *testing.T) {
	w := newWorld(t, anyProgram())
	nc := w.dial()
	for kind := 0; kind < 256; kind++ {
		if kind == requestIdentities {
			continue
		}
		answer := ask(t, nc, []byte{byte(kind)})
		if len(answer) != 1 || answer[0] != failure {
			t.Errorf("message %d is answered by %d", kind, answer)
		}
	}
	a := w.client()
	if keys, err := a.List(); err != nil || len(keys) != 1 {
		t.Errorf("afterwards: %v, %v", keys, err)
	}
}

// ask sends one message and returns the answer.
func ask(t testing.TB, nc net.Conn, message []byte) []byte {
	t.Helper()
	if err := writeFrame(nc, message); err != nil {
		t.Fatal(err)
	}
	answer, err := readFrame(nc, nc)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestAMessageOfAnImpossibleLengthEndsTheConnection(t *testing.T) {
	w := newWorld(t, anyProgram())
	for _, n := range []uint32{0, maxFrame + 1, 1<<32 - 1} {
		nc := w.dial()
		if _, err := nc.Write(binary.BigEndian.AppendUint32(nil, n)); err != nil {
			t.Fatal(err)
		}
		_ = nc.SetReadDeadline(time.Now().Add(frameTime / 2)) // not only when the rest of it does not come
		if _, err := io.ReadFull(nc, make([]byte, 1)); err != io.EOF {
			t.Errorf("a message of %d bytes: %v", n, err)
		}
	}
}

func TestADeniedProgramSeesNoKey(t *testing.T) {
	s := anyProgram()
	s.Caller = system.Caller{Exe: []string{"/usr/bin/ssh"}, MinTier: system.T1, Consent: system.Never}
	w := newWorld(t, s)
	a := w.client()
	if keys, err := a.List(); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v", keys, err)
	}
	if _, err := a.SignWithFlags(cardKey(t), login(cardKey(t), ssh.KeyAlgoRSASHA512, []byte("s")), agent.SignatureFlagRsaSha512); err == nil {
		t.Error("signed")
	}
	if n := w.events(audit.SSODenied); n == 0 {
		t.Error("no row tells of it")
	}
}

// TestAProgramThatHasGoneStandsInNobodysWay: the person is not asked on its behalf any longer.
func TestAProgramThatHasGoneStandsInNobodysWay(t *testing.T) {
	s := anyProgram()
	s.Caller.Consent = system.EveryTime
	w := newWorld(t, s)
	asked, over := make(chan struct{}), make(chan struct{})
	w.ask = func(ctx context.Context, _ broker.Question) bool {
		close(asked)
		<-ctx.Done()
		close(over)
		return false
	}
	nc := w.dial()
	if err := writeFrame(nc, ssh.Marshal(signMessage{cardKey(t).Marshal(), login(cardKey(t), ssh.KeyAlgoRSASHA256, []byte("s")), flagSHA256})); err != nil {
		t.Fatal(err)
	}
	<-asked
	_ = nc.Close()
	select {
	case <-over:
	case <-time.After(time.Minute):
		t.Error("the person is still asked")
	}
	if n := w.events(audit.SSOReleased); n != 0 {
		t.Errorf("%d signatures were released to nobody", n)
	}
}
