package revoked

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/internal/stack/workplace"
	"siths-agent/internal/stall"
	"siths-agent/internal/testpki/responder"
)

const (
	require = "[revocation]\nmode = \"require\"\n"
	grace   = "[revocation]\nmode = \"grace\"\n"
)

// decided is the longest that a decision may take: two seconds for the network, and the reading of the card on a machine
// that has other things to do.
const decided = 6 * time.Second

func TestACardThatIsRevokedAfterItWasGoodStaysRefused(t *testing.T) {
	w := open(t, require)
	w.insert()
	wantAnswer(t, w.AwaitPhase(apitype.NeedPIN), "good", "ocsp")
	w.Unlock()
	row := w.AwaitRow("the unlock", func(e audit.Entry) bool { return e.Event == audit.UnlockGranted })
	if row.Revocation != "good" || row.RevocationFrom != "ocsp" || row.RevocationAgeS == nil {
		t.Errorf("the row says %q by %q, %v", row.Revocation, row.RevocationFrom, row.RevocationAgeS)
	}

	w.behave(responder.Behaviour{Revoked: []string{fmt.Sprintf("%x", w.card.Auth.Cert.SerialNumber)}})
	w.restart()
	w.refused(apitype.CertRevoked)

	w.behave(responder.Behaviour{OCSP: responder.BlackHole, CRL: responder.Garbage})
	w.restart()
	w.refused(apitype.CertRevoked)
	w.Must(w.runs.Stop())
	w.restart()
	w.refused(apitype.CertRevoked)
}

func TestAListTellsWhereTheResponderSaysNothing(t *testing.T) {
	w := open(t, require)
	w.behave(responder.Behaviour{OCSP: responder.BlackHole})
	clock := stall.Begin()
	w.insert()
	wantAnswer(t, w.AwaitPhase(apitype.NeedPIN), "good", "crl")
	if took := clock.Took(); took > decided {
		t.Errorf("it took %s", took)
	}
	w.behave(responder.Behaviour{OCSP: responder.BlackHole, CRL: responder.BlackHole})
	w.restart() // with the list on disk
	wantAnswer(t, w.AwaitPhase(apitype.NeedPIN), "good", "crl")
	w.Unlock()
}

func TestWithoutANetworkPolicyDecides(t *testing.T) {
	w := open(t, grace)
	w.behave(responder.Behaviour{Life: time.Second, CRL: responder.Broken})
	w.insert()
	wantAnswer(t, w.AwaitPhase(apitype.NeedPIN), "good", "ocsp")

	w.Must(w.runs.Stop())
	good := time.Now()
	w.AwaitThat("the answer to be too old", func() bool { return time.Since(good) > 2*time.Second })
	w.restart()
	s := w.Await("the card to be let in on an older answer", func(s apitype.Snapshot) bool {
		return s.Phase == apitype.NeedPIN && workplace.ProblemOf(s, apitype.NetworkDown) != nil
	})
	wantAnswer(t, s, "good", "ocsp")

	later := filepath.Join(filepath.Dir(w.Service.Config()), "agent.toml.d", "60-later.toml")
	w.Must(os.WriteFile(later, []byte(require), 0o644))
	clock := stall.Begin()
	w.Must(w.Service.Reload())
	w.refused(apitype.CertRevocationUnknown)
	if took := clock.Took(); took > decided {
		t.Errorf("it took %s", took)
	}
}
