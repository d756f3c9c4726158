package ssh

import (
	"crypto/rand"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// logsIn says whether the card logs in on a connection, in a session.
func logsIn(t *testing.T, a agent.ExtendedAgent, session string) bool {
	t.Helper()
	_, err := a.SignWithFlags(cardKey(t), login(cardKey(t), ssh.KeyAlgoRSASHA512, []byte(session)), agent.SignatureFlagRsaSha512)
	return err == nil
}

func TestTheCardLogsInWhereTheRuleSays(t *testing.T) {
	host, other := newHost(t), newHost(t)
	s := []byte("session")
	forged := ssh.Marshal(bindMessage{host.PublicKey().Marshal(), s, ssh.Marshal(mustSign(t, other, s)), false})
	cases := map[string]struct {
		bind [][]byte
		want bool
	}{
		"the server":                      {[][]byte{binds(t, host, s, false)}, true},
		"the server, told twice":          {[][]byte{binds(t, host, s, false), binds(t, host, s, false)}, true},
		"nowhere that was told":           {nil, false},
		"another server":                  {[][]byte{binds(t, other, s, false)}, false},
		"another session":                 {[][]byte{binds(t, host, []byte("old"), false)}, false},
		"forwarded by the server":         {[][]byte{binds(t, host, s, true)}, false},
		"forwarded, and used from there":  {[][]byte{binds(t, host, []byte("1"), true), binds(t, host, s, false)}, false},
		"a second server":                 {[][]byte{binds(t, host, s, false), binds(t, other, []byte("2"), false)}, false},
		"a key without its proof":         {[][]byte{forged}, false},
		"a proof that breaks off":         {[][]byte{binds(t, host, s, false)[:40]}, false},
		"first without, then with proof":  {[][]byte{forged, binds(t, host, s, false)}, false},
		"a session that is none's length": {[][]byte{binds(t, host, make([]byte, 200), false)}, false},
	}
	w := newWorld(t, anyProgram(printOf(host)))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := w.client()
			for _, b := range c.bind {
				_, _ = a.Extension(sessionBind, b)
			}
			if got := logsIn(t, a, "session"); got != c.want {
				t.Errorf("logs in: %v", got)
			}
		})
	}
}

func TestAServersProofIsNoneWithSHA1(t *testing.T) {
	k, _ := card()
	host, err := ssh.NewSignerFromKey(k)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, anyProgram(printOf(host)))
	for algo, want := range map[string]bool{ssh.KeyAlgoRSA: false, ssh.KeyAlgoRSASHA256: true} {
		sig, err := host.(ssh.AlgorithmSigner).SignWithAlgorithm(rand.Reader, []byte("session"), algo)
		if err != nil {
			t.Fatal(err)
		}
		a := w.client()
		_, _ = a.Extension(sessionBind, ssh.Marshal(bindMessage{host.PublicKey().Marshal(), []byte("session"), ssh.Marshal(sig), false}))
		if got := logsIn(t, a, "session"); got != want {
			t.Errorf("%s logs in: %v", algo, got)
		}
	}
}

func mustSign(t *testing.T, s ssh.Signer, data []byte) *ssh.Signature {
	t.Helper()
	sig, err := s.Sign(rand.Reader, data)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestAServerIsKnownByItsAuthorityToo(t *testing.T) {
	authority, host := newHost(t), newHost(t)
	certified := func(change func(c *ssh.Certificate)) ssh.Signer {
		c := &ssh.Certificate{Key: host.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{"app.lab.test"}, ValidBefore: ssh.CertTimeInfinity}
		change(c)
		if err := c.SignCert(rand.Reader, authority); err != nil {
			t.Fatal(err)
		}
		s, err := ssh.NewCertSigner(c, host)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	cases := map[string]struct {
		host ssh.Signer
		want bool
	}{
		"certified":            {certified(func(*ssh.Certificate) {}), true},
		"certified as a user":  {certified(func(c *ssh.Certificate) { c.CertType = ssh.UserCert }), false},
		"for nobody's name":    {certified(func(c *ssh.Certificate) { c.ValidPrincipals = nil }), false},
		"over":                 {certified(func(c *ssh.Certificate) { c.ValidBefore = uint64(time.Now().Add(-time.Hour).Unix()) }), false},
		"the key alone":        {host, false},
		"by another authority": {newHost(t), false},
	}
	w := newWorld(t, anyProgram(printOf(authority)))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := w.client()
			_, err := a.Extension(sessionBind, binds(t, c.host, []byte("session"), false))
			if got := logsIn(t, a, "session"); got != c.want {
				t.Errorf("logs in: %v (%v)", got, err)
			}
		})
	}
}

func TestAForwardedConnectionHasNoKeyWhateverTheRuleSays(t *testing.T) {
	w := newWorld(t, anyProgram())
	a := w.client()
	if _, err := a.Extension(sessionBind, binds(t, newHost(t), []byte("s"), true)); err == nil {
		t.Error("a forwarded connection is taken")
	}
	if keys, err := a.List(); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v", keys, err)
	}
	if logsIn(t, a, "s") {
		t.Error("the card logs in from elsewhere")
	}
}

func TestExtensionsThatAreNotServedAreRefused(t *testing.T) {
	w := newWorld(t, anyProgram())
	a := w.client()
	for _, name := range []string{"query", "restrict-destination-v00@openssh.com", ""} {
		if _, err := a.Extension(name, nil); err == nil {
			t.Errorf("%q is served", name)
		}
	}
	if !logsIn(t, a, "s") {
		t.Error("the connection is of no use afterwards")
	}
}
