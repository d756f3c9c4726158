package localapi_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

func TestAWatcherSeesOnlyTheOwnDataWhileCardsChange(t *testing.T) {
	bertsCard := agent.View{Holder: new(uint32(bertUID)), Session: new(uint32(annaUID)), Snapshot: viewOf("Bert Test", "anna")}
	for _, c := range []struct {
		name             string
		uid              uint32
		holders, session []bool
	}{
		{"root", rootUID, []bool{true, true}, []bool{true, true}},
		{"helpdesk", deskUID, []bool{true, true}, []bool{true, true}},
		{"anna, whose session it is", annaUID, []bool{true, false}, []bool{true, true}},
		{"bert, whose card comes", bertUID, []bool{false, true}, []bool{false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			go func() {
				l.b.views <- bertsCard
				close(l.b.views)
			}()
			var holders, sessions []bool
			err := l.as(c.uid).Watch(context.Background(), func(s apitype.Snapshot) error {
				holders, sessions = append(holders, s.Holder != nil), append(sessions, s.Session != nil)
				if s.Holder == nil && (s.Card.Number != "" || s.Card.PIN != nil) {
					t.Error("the card's data came without its holder's")
				}
				return nil
			})
			wantProblem(t, err, apitype.AgentUnreachable)
			if !slices.Equal(holders, c.holders) || !slices.Equal(sessions, c.session) {
				t.Errorf("holders %v, sessions %v", holders, sessions)
			}
		})
	}
}

func TestAWatcherMayLeave(t *testing.T) {
	l := newLab(t)
	enough := errors.New("enough")
	if err := l.as(annaUID).Watch(context.Background(), func(apitype.Snapshot) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err := l.as(annaUID).Watch(ctx, func(apitype.Snapshot) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheVerbsReachTheAgentAsTheyWereSaid(t *testing.T) {
	l := newLab(t)
	ctx, c := context.Background(), l.as(rootUID)
	answer, err := c.UnlockFinish(ctx, "t1")
	if err != nil || answer.Account != "anna" {
		t.Errorf("finish: %+v, %v", answer, err)
	}
	if err := errors.Join(c.Lock(ctx), c.SessionOpened(ctx, apitype.SessionOpened{Account: "anna", Session: "c7"})); err != nil {
		t.Error(err)
	}
	if asked, _, _ := l.b.taken(); !slices.Equal(asked, []string{"finish 0 t1", "lock", "opened anna c7"}) {
		t.Errorf("the agent was asked %q", asked)
	}
}

func TestAProblemArrivesAsItself(t *testing.T) {
	for code, status := range map[apitype.Code]int{
		apitype.PINTimeout: 409, apitype.PersonWrongSession: 403, apitype.AuditUnwritable: 503, apitype.AgentUnreachable: 503,
	} {
		l := newLab(t)
		l.b.set(func(b *backend) { b.err = &apitype.Problem{Code: code, Ref: "7f3a"} })
		_, err := l.as(rootUID).UnlockFinish(context.Background(), "t1")
		var p *apitype.Problem
		if !errors.As(err, &p) || p.Code != code || p.Ref != "7f3a" {
			t.Errorf("%s came out as %v", code, err)
		}
		wantStatus(t, l.raw(rootUID, request("POST /v1/unlock/finish", nil, `{"unlock":"t1"}`)), status)
		for _, verb := range []string{"GET /v1/snapshot", "GET /v1/health", "POST /v1/lock"} {
			wantStatus(t, l.raw(rootUID, request(verb, nil, "")), status)
		}
		wantStatus(t, l.raw(rootUID, request("POST /v1/session", nil, "{}")), status)
		wantStatus(t, l.raw(rootUID, request("POST /v1/unlock/begin", nil, "{}")), status)
		wantStatus(t, l.raw(bertUID, request("GET /v1/snapshot", nil, "")), status)
	}
}

func TestWhoHasNoRightIsDenied(t *testing.T) {
	l := newLab(t)
	var denied *client.Denied
	if err := l.as(bertUID).Lock(context.Background()); !errors.As(err, &denied) || denied.What != "/v1/lock" {
		t.Errorf("bert locks anna: %v", err)
	}
	if err := l.as(annaUID).SessionOpened(context.Background(), apitype.SessionOpened{}); !errors.As(err, &denied) {
		t.Errorf("anna names sessions: %v", err)
	}
	if asked, _, _ := l.b.taken(); len(asked) != 0 {
		t.Errorf("the agent was asked %v", asked)
	}
}

func wantProblem(t testing.TB, err error, code apitype.Code) {
	t.Helper()
	var p *apitype.Problem
	if !errors.As(err, &p) || p.Code != code {
		t.Errorf("got %v, not %s", err, code)
	}
}
