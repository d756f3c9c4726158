package localapi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/client"
)

func TestTheAuditLogIsForHelpdeskAndOwnRowsForTheUser(t *testing.T) {
	l := newLab(t)
	wantStatus(t, l.raw(rootUID, request("GET /v1/audit", nil, "")), 503)
	log, err := audit.Open(filepath.Join(l.dir, "state"), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.s.AuditDir = filepath.Dir(log.Path())
	for _, row := range []audit.Row{
		{Event: audit.AgentStart}, {Event: audit.UnlockGranted, Account: "anna", UID: new(uint32(rootUID))},
		{Event: audit.PINWrong, Account: "bert"}, {Event: audit.AccessDenied, UID: new(uint32(bertUID))},
		{Event: audit.UnlockRefused, Account: "anna", HSAID: "SE2321000131-P000000000002", UID: new(uint32(bertUID))},
		{Event: audit.UnlockRefused, HSAID: "SE2321000131-P000000000003", UID: new(uint32(bertUID))},
		{Event: audit.UnlockGranted, Account: "bert", Shared: true, UID: new(uint32(bertUID)), HSAID: "SE2321000131-P000000000001"},
	} {
		if _, err := log.Append(context.Background(), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(log.Path(), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(`{"seq":8,"half a li`)
		_ = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for uid, want := range map[uint32]int{rootUID: 7, deskUID: 7, annaUID: 2, bertUID: 2} {
		var out bytes.Buffer
		if err := l.as(uid).Audit(context.Background(), &out); err != nil {
			t.Errorf("%d: %v", uid, err)
		}
		if n := strings.Count(out.String(), "\n"); n != want || strings.Contains(out.String(), "half") {
			t.Errorf("%d got %d rows, not %d:\n%s", uid, n, want, &out)
		}
	}
}

func TestHelpdeskReadsNothingThatIsNotOnRecordFirst(t *testing.T) {
	l := newLab(t)
	log, err := audit.Open(l.s.AuditDir, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := l.as(deskUID).Audit(t.Context(), io.Discard); err != nil {
		t.Error(err)
	}
	if _, err := l.as(deskUID).Report(t.Context(), client.Days{}); err != nil {
		t.Error(err)
	}
	if asked, _, _ := l.b.taken(); fmt.Sprint(asked) != fmt.Sprintf("[reads %d GET /v1/audit reads %d GET /v1/report]", deskUID, deskUID) {
		t.Errorf("the agent was told %v", asked)
	}
	l.b.set(func(b *backend) { b.err = &apitype.Problem{Code: apitype.AuditUnwritable} })
	var out bytes.Buffer
	err = l.as(deskUID).Audit(t.Context(), &out)
	wantProblem(t, err, apitype.AuditUnwritable)
	if out.Len() > 0 {
		t.Errorf("read all the same: %s", &out)
	}
}

func TestRowsAndReportsOfSomeDays(t *testing.T) {
	l := newLab(t)
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	log, err := audit.Open(l.s.AuditDir, audit.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for n := range 30 {
		if _, err := log.Append(t.Context(), audit.Row{Event: audit.UnlockGranted, UID: new(uint32(bertUID)), LoA: 3}); err != nil {
			t.Fatal(err)
		}
		if n%10 == 9 {
			at = at.Add(24 * time.Hour)
		}
	}
	var out bytes.Buffer
	rows, err := l.as(rootUID).Rows(t.Context(), client.Days{From: "2026-11-20", To: "2026-11-20"})
	if err == nil {
		_, err = io.Copy(&out, rows)
	}
	if n := bytes.Count(out.Bytes(), []byte("\n")); err != nil || n != 10 || rows.Mark != nil {
		t.Errorf("%d rows, mark %v, %v", n, rows.Mark, err)
	}
	for _, uid := range []uint32{rootUID, bertUID} {
		text, err := l.as(uid).Report(t.Context(), client.Days{})
		if err != nil || !bytes.Contains(text, []byte(`"total": 30`)) {
			t.Errorf("%d: %s, %v", uid, text, err)
		}
	}
	for _, query := range []string{"?from=yesterday", "?from=2026-11-20&from=2026-11-21", "?until=2026-11-20", "?from=%zz"} {
		wantStatus(t, l.raw(rootUID, request("GET /v1/audit"+query, nil, "")), 400)
	}
}

func TestWhoSeesAllRowsIsToldHowFarTheLogGoes(t *testing.T) {
	l := newLab(t)
	log, err := audit.Open(l.s.AuditDir, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	e, err := log.Append(t.Context(), audit.Row{Event: audit.AgentStart})
	if err != nil {
		t.Fatal(err)
	}
	for uid, told := range map[uint32]bool{rootUID: true, annaUID: false} {
		rows, err := l.as(uid).Rows(t.Context(), client.Days{})
		if err != nil || told != (rows.Mark != nil && rows.Mark.Seq == e.Seq && rows.Files == 1) {
			t.Errorf("%d: %+v, %v", uid, rows, err)
		}
	}
}
