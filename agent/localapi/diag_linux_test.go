package localapi_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/client"
)

func TestDiagnosticsTellTheLastEventsAndNobodyInThem(t *testing.T) {
	l := newLab(t)
	l.s.Started = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	log, err := audit.Open(l.s.AuditDir, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for n := range 20 {
		row := audit.Row{Event: audit.PINWrong, Account: "bert", Code: "pin.wrong", Ref: fmt.Sprintf("%04X", n), Reason: "Bert Prov"}
		if n%4 == 0 {
			row.Account, row.UID = "anna", new(uint32(annaUID))
		}
		if _, err := log.Append(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	for uid, want := range map[uint32]int{rootUID: apitype.DiagEvents, deskUID: apitype.DiagEvents, annaUID: 5} {
		d, err := l.as(uid).Diag(t.Context())
		if err != nil || len(d.Events) != want || !d.Started.Equal(l.s.Started) || d.Snapshot.Phase != apitype.Unlocked {
			t.Fatalf("%d: %+v, %v", uid, d, err)
		}
		last := d.Events[want-1]
		if e := (apitype.DiagEvent{Time: last.Time, Event: "pin.wrong", Code: "pin.wrong", Ref: last.Ref}); e != last || last.Ref != map[bool]string{true: "0010", false: "0013"}[uid == annaUID] {
			t.Errorf("%d: the last event is %+v", uid, last)
		}
	}
	_, err = l.as(bertUID).Diag(t.Context())
	var denied *client.Denied
	if !errors.As(err, &denied) {
		t.Errorf("bert got %v", err)
	}
}

func TestDiagnosticsGoWithoutALogButNotUnrecorded(t *testing.T) {
	l := newLab(t)
	l.s.AuditDir = t.TempDir()
	if d, err := l.as(rootUID).Diag(t.Context()); err != nil || d.Events != nil {
		t.Errorf("without a log: %+v, %v", d, err)
	}
	if _, err := l.as(deskUID).Diag(t.Context()); err != nil {
		t.Error(err)
	}
	if asked, _, _ := l.b.taken(); fmt.Sprint(asked) != fmt.Sprintf("[reads %d GET /v1/diag]", deskUID) {
		t.Errorf("the agent was told %v", asked)
	}
}
