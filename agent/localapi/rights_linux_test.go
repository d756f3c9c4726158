package localapi_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/client"
	"siths-agent/agent/localapi"
)

// verbs are all verbs in order.
func verbs() []localapi.Verb {
	var list []localapi.Verb
	for v := range localapi.Rights() {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}

func TestTheRightsAreThoseThatWereAgreedOn(t *testing.T) {
	var b strings.Builder
	for _, v := range verbs() {
		fmt.Fprintf(&b, "%-25s", v)
		for _, k := range localapi.Kinds() {
			right, ok := localapi.Rights()[v][k]
			if !ok {
				right = localapi.No
			}
			fmt.Fprintf(&b, " %s=%-4s", k, right)
		}
		b.WriteString("\n")
	}
	golden := filepath.Join("testdata", "golden", "rights.txt")
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the rights have changed (UPDATE_GOLDEN=1 accepts it):\n%s", &b)
	}
}

func TestTheTableIsWhatHappens(t *testing.T) {
	bodies := map[localapi.Verb]string{
		localapi.UnlockBegin: `{"account":"anna"}`, localapi.UnlockFinish: `{"unlock":"t1"}`,
		localapi.OpenSession: `{"account":"anna","session":"c1"}`, localapi.Lock: `{}`, localapi.SystemExplain: `{}`,
		localapi.Consent: `{"id":"q1"}`,
	}
	own := map[localapi.Kind]string{localapi.Other: `{"account":"bert"}`, localapi.Helpdesk: `{"account":"desk"}`}
	for _, v := range verbs() {
		if v == localapi.Watch { // does not end by itself; see the tests of watching
			continue
		}
		for kind, uid := range uidOfKind() {
			t.Run(string(v)+" by "+string(kind), func(t *testing.T) {
				l := newLab(t)
				l.s.UIDOf = func(account string) (uint32, error) {
					if account == "desk" {
						return deskUID, nil
					}
					return uidOf(account)
				}
				if err := os.WriteFile(filepath.Join(l.s.AuditDir, audit.FileName), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				body := bodies[v]
				if b, ok := own[kind]; ok && v == localapi.UnlockBegin {
					body = b
				}
				answer := l.raw(uid, request(strings.ReplaceAll(string(v), "{name}", "journal"), nil, body))
				_, denied, _ := l.b.taken()
				forbidden := strings.HasPrefix(answer, "HTTP/1.1 403")
				if _, allowed := localapi.Rights()[v][kind]; allowed == forbidden || forbidden != (len(denied) == 1) {
					t.Errorf("allowed %v, denied %v, answer %q", allowed, denied, answer)
				}
			})
		}
	}
}

func TestAUserAsksForTheOwnAccountOnly(t *testing.T) {
	l := newLab(t)
	for _, account := range []string{"anna", "root", "", "nobody-there"} {
		_, err := l.as(bertUID).UnlockBegin(context.Background(), apitype.UnlockRequest{Account: account})
		var denied *client.Denied
		if !errors.As(err, &denied) {
			t.Errorf("bert asked for %q and got %v", account, err)
		}
	}
	asked, denied, _ := l.b.taken()
	if len(asked) != 0 || len(denied) != 4 || denied[0] != "1001 POST /v1/unlock/begin" {
		t.Errorf("the agent was asked %v and told of %v", asked, denied)
	}
	if _, err := l.as(rootUID).UnlockBegin(context.Background(), apitype.UnlockRequest{Service: "gdm"}); err != nil {
		t.Errorf("root takes the account from the card: %v", err)
	}
	if _, err := l.as(annaUID).UnlockBegin(context.Background(), apitype.UnlockRequest{Account: "anna"}); err != nil {
		t.Errorf("anna for herself: %v", err)
	}
	if asked, _, _ := l.b.taken(); !slices.Equal(asked, []string{"begin 0 true  gdm", "begin 1000 false anna "}) {
		t.Errorf("the agent was asked %q", asked)
	}
}

func TestWhatEachKindOfCallerSees(t *testing.T) {
	l := newLab(t)
	see := func(uid uint32) apitype.Snapshot {
		t.Helper()
		s, err := l.as(uid).Snapshot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, uid := range []uint32{rootUID, deskUID, annaUID} {
		if s := see(uid); s.Holder == nil || s.Session == nil || s.Card.Number == "" || s.Card.PIN == nil || s.Systems == nil {
			t.Errorf("%d sees too little: %+v", uid, s)
		}
	}
	s := see(bertUID)
	if s.Holder != nil || s.Session != nil || s.Systems != nil || s.Card.Number != "" || s.Card.PIN != nil || s.Card.Product != "" || s.Card.Unlock != "" {
		t.Errorf("bert sees personal data: %+v", s)
	}
	if s.Phase != apitype.Unlocked || s.Card.Insertion != 7 || s.Reader == nil {
		t.Errorf("bert sees nothing at all: %+v", s)
	}
	if s := see(annaUID); s.Card.Number == "" {
		t.Error("taking it out for bert took it out for anna too")
	}
}

func TestHealthIsForEveryoneAndNamesNoOne(t *testing.T) {
	l := newLab(t)
	l.b.set(func(b *backend) {
		b.view.Snapshot.Problems = []apitype.Problem{{Code: apitype.CertRevoked}, {Code: apitype.AuditUnwritable}}
	})
	h, err := l.as(bertUID).Health(context.Background())
	if err != nil || !h.Ready || len(h.Problems) != 1 || h.Problems[0].Code != apitype.AuditUnwritable {
		t.Errorf("health is %+v, %v", h, err)
	}
}
