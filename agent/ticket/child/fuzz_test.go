package child

import (
	"testing"

	"siths-agent/agent/ticket"
)

func FuzzJudge(f *testing.F) {
	f.Add("[1] 1.2: Received error from KDC: -1765328309/Client name mismatch\nkinit: Client name mismatch while getting initial credentials\n")
	f.Add("[1] 1.2: Received error from KDC: -1765328359/Additional pre-authentication required\nkinit: Cannot contact any KDC for realm 'A'\n")
	f.Add("Received error from KDC: -99999999999999999999/")
	f.Add("Preauth module pkinit (17) (real) returned: -1")
	f.Fuzz(func(t *testing.T, said string) {
		if a := failed(judge(said)); a.Failure.Reason == "" || len(a.Failure.Detail) > maxDetail {
			t.Errorf("%q became %v", said, a.Failure)
		}
	})
}

func FuzzAnswerOf(f *testing.F) {
	f.Add([]byte("\x05\x04\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01A"))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := answerOf(file)
		if (err == nil) != (len(a.Cache) > 0) || err == nil && a.Principal == "" {
			t.Errorf("%v, %v", a, err)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add("anna@LAB.TEST", "LAB.TEST", "/run/x.sock", []byte("[libdefaults]"))
	f.Fuzz(func(t *testing.T, principal, realm, card string, config []byte) {
		q := ticket.Question{Principal: principal, Realm: realm, Card: card, Config: config, Timeout: 1}
		if check(q) == nil && (principal[0] == '-' || card[0] != '/') {
			t.Errorf("%q, %q", principal, card)
		}
	})
}
