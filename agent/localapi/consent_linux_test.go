package localapi_test

import (
	"context"
	"slices"
	"testing"

	"siths-agent/agent/apitype"
)

func TestAQuestionIsForWhomItIsAlone(t *testing.T) {
	l := newLab(t)
	v := annasView()
	v.Snapshot.Consent = &apitype.Consent{ID: "q1", Program: "/usr/bin/ssh"}
	l.b.set(func(b *backend) { b.view = v })
	for uid, sees := range map[uint32]bool{annaUID: true, bertUID: false, deskUID: false, rootUID: false} {
		s, err := l.as(uid).Snapshot(context.Background())
		if err != nil || (s.Consent != nil) != sees {
			t.Errorf("user %d sees %+v, %v", uid, s.Consent, err)
		}
	}
}

func TestAnAnswerReachesTheAgentAsItWasGiven(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	for _, allow := range []bool{true, false} {
		if err := l.as(annaUID).Consent(ctx, apitype.ConsentAnswer{ID: "q1", Allow: allow}); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.as(annaUID).PIN(ctx, apitype.PINRequest{Insertion: 7, Consent: "q2"}, []byte("482913")); err != nil {
		t.Error(err)
	}
	if err := l.as(bertUID).Consent(ctx, apitype.ConsentAnswer{ID: "q1", Allow: true}); err == nil {
		t.Error("bert answers")
	}
	asked, denied, _ := l.b.taken()
	want := []string{"consent 1000 q1 true", "consent 1000 q1 false", `pin 1000 7 "" false`, "the yes to q2"}
	if !slices.Equal(asked, want) || len(denied) != 1 {
		t.Errorf("the agent was asked %q, denied %q", asked, denied)
	}
}
