package localapi_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent"
	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
)

func (b *backend) List(_ context.Context, uid uint32) []apitype.SystemEntry {
	if b.note("list for %d", uid) != nil {
		return nil
	}
	return []apitype.SystemEntry{{System: apitype.System{Name: "journal", Kind: "ssh", State: "ready"}, Use: &apitype.SystemUse{Socket: "/run/x"}}}
}

func (b *backend) Acquire(_ context.Context, uid uint32, name string) (apitype.SystemEntry, error) {
	return apitype.SystemEntry{System: apitype.System{Name: name}}, b.note("acquire %d %s", uid, name)
}

func (b *backend) Release(_ context.Context, uid uint32, name string) error {
	return b.note("release %d %s", uid, name)
}

func (b *backend) Explain(_ context.Context, of *uint32, name string, r apitype.ExplainRequest) (apitype.Explanation, error) {
	if of == nil {
		return apitype.Explanation{System: name}, b.note("explain %s to anybody: %d %q", name, r.PID, r.Program)
	}
	return apitype.Explanation{System: name}, b.note("explain %s to %d: %d %q", name, *of, r.PID, r.Program)
}

func (b *backend) Secret(_ context.Context, name string) error { return b.note("secret %s", name) }

func TestWhoseSystemsTheyAreFollowsWhoAsks(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	for _, uid := range []uint32{annaUID, rootUID, deskUID} {
		c := l.as(uid)
		if list, err := c.Systems(ctx); err != nil || len(list.Systems) != 1 || list.Systems[0].Use.Socket != "/run/x" {
			t.Errorf("%d sees %+v, %v", uid, list, err)
		}
		if e, err := c.ExplainSystem(ctx, "journal", apitype.ExplainRequest{PID: 7, Program: "/bin/x"}); err != nil || e.System != "journal" {
			t.Errorf("%d is told %+v, %v", uid, e, err)
		}
	}
	if asked, _, _ := l.b.taken(); !slices.Equal(asked, []string{
		"list for 1000", `explain journal to 1000: 7 "/bin/x"`, "list for 1000", `explain journal to anybody: 7 "/bin/x"`,
		"reads 50 GET /v1/systems", "list for 1000", "reads 50 POST /v1/systems/{name}/explain", `explain journal to anybody: 7 "/bin/x"`,
	}) {
		t.Errorf("asked %q", asked)
	}
}

func TestTheUserTakesAndGivesBackWhatSystemsOpen(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	for _, c := range []*client.Client{l.as(annaUID), l.as(rootUID)} {
		if e, err := c.AcquireSystem(ctx, "journal"); err != nil || e.Name != "journal" {
			t.Errorf("%+v, %v", e, err)
		}
		if err := errors.Join(c.ReleaseSystem(ctx, "journal"), c.EnrollSystem(ctx, "journal"), c.ForgetSystem(ctx, "journal")); err != nil {
			t.Error(err)
		}
	}
	once := []string{"acquire 1000 journal", "release 1000 journal", "secret journal", "secret journal"}
	if asked, _, _ := l.b.taken(); !slices.Equal(asked, slices.Concat(once, once)) {
		t.Errorf("asked %q", asked)
	}
}

func TestNothingIsReleasedToASystemBeforeThePIN(t *testing.T) {
	cases := map[string]struct {
		change func(v *agent.View)
		want   apitype.Code
	}{
		"no card":            {func(v *agent.View) { v.Snapshot.Card, v.Snapshot.Phase = nil, apitype.NoCard }, apitype.CardNone},
		"locked":             {func(v *agent.View) { v.Snapshot.Phase = apitype.Locked }, apitype.PINNeeded},
		"not yet opened":     {func(v *agent.View) { v.Snapshot.Phase, v.Session = apitype.NeedPIN, nil }, apitype.PINNeeded},
		"opened for another": {func(v *agent.View) { v.Session = new(uint32(bertUID)) }, apitype.PersonWrongSession},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.b.set(func(b *backend) { c.change(&b.view) })
			_, err := l.as(annaUID).AcquireSystem(context.Background(), "journal")
			var p *apitype.Problem
			if !errors.As(err, &p) || p.Code != c.want {
				t.Errorf("got %v", err)
			}
			if asked, _, _ := l.b.taken(); len(asked) != 0 {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

func TestWhatASystemRefusesIsToldByItsCode(t *testing.T) {
	l := newLab(t)
	for code, status := range map[apitype.Code]int{apitype.SystemUnknown: 404, apitype.SystemDenied: 403, apitype.NetworkDown: 409} {
		l.b.set(func(b *backend) { b.err = &apitype.Problem{Code: code} })
		answer := l.raw(rootUID, request("DELETE /v1/systems/journal/secret", nil, ""))
		if wantStatus(t, answer, status); !strings.Contains(answer, `{"code":"`+string(code)+`"}`) {
			t.Errorf("%s is told as %q", code, answer)
		}
	}
}
