package diagpage

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// service tells what a test says.
type service struct {
	d   apitype.Diag
	err error
}

func (s service) Diag(context.Context) (apitype.Diag, error)         { return s.d, s.err }
func (s service) Snapshot(context.Context) (apitype.Snapshot, error) { return s.d.Snapshot, s.err }

// noon is when all pages of these tests were made.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// made is the page of a service, on a machine without anything.
func made(t *testing.T, s service) diag.Page {
	t.Helper()
	root := t.TempDir()
	config := root + "/agent.toml"
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return diag.Make(t.Context(), diag.Options{Service: s, Root: root, Config: config, Version: "0.1.0", Now: noon})
}

func revoked() service {
	return service{d: apitype.Diag{Snapshot: apitype.Snapshot{V: 1, Agent: apitype.Agent{Version: "0.1.0"}, Phase: apitype.Refused,
		Reader: &apitype.Reader{Name: "Gemalto PC Twin Reader 00 00"}, Card: &apitype.Card{Kind: "IDPrime", Number: "…9469"},
		Problems: []apitype.Problem{{Code: apitype.CertRevoked, Severity: apitype.Error, Ref: "7F3A"}}},
		Events: []apitype.DiagEvent{{Time: noon(), Event: "card.in"}, {Time: noon(), Event: "login.refused", Code: "cert.revoked", Ref: "7F3A"}}}}
}

func TestATicketHasSixLinesAndBeginsWithTheWorst(t *testing.T) {
	p := made(t, revoked())
	for l, want := range map[text.Lang][]string{
		text.SV: {"SITHS Agent, 2026-11-22T12:00:00Z, ", " röda, ", "RÖD Datorns korttjänst: ", "[reader.service-down]", "RÖD Tillit och spärrkontroll: ", "[cert.revoked] 7F3A", "Senaste händelse: 2026-11-22T12:00:00Z login.refused cert.revoked 7F3A"},
		text.EN: {"SITHS Agent, 2026-11-22T12:00:00Z, ", " red, ", "RED The computer's card service: ", "[cert.revoked] 7F3A", "Last event: 2026-11-22T12:00:00Z login.refused"},
	} {
		got := Ticket(l, p)
		if n := strings.Count(got, "\n"); n != 6 || !strings.HasSuffix(got, "\n") {
			t.Errorf("%s: %d lines:\n%s", l, n, got)
		}
		at := 0
		for _, w := range want {
			i := strings.Index(got[at:], w)
			if i < 0 {
				t.Fatalf("%s: %q is not there, or not after what comes before it:\n%s", l, w, got)
			}
			at += i
		}
		if strings.Contains(got, "GUL ") && strings.Index(got, "GUL ") < strings.LastIndex(got, "RÖD ") {
			t.Errorf("%s: a yellow row stands before a red one:\n%s", l, got)
		}
	}
}

func TestATicketHasSixLinesWhenNothingIsKnownAndWhenAllIsWell(t *testing.T) {
	green := diag.Page{Time: noon(), Rows: []diag.Row{{Number: 1, Name: diag.Service, Colour: diag.Green}}}
	for _, p := range []diag.Page{green, {}, made(t, service{err: &apitype.Problem{Code: apitype.AgentUnreachable}})} {
		if got := Ticket(text.SV, p); strings.Count(got, "\n") != 6 || strings.Contains(got, "\n\n") {
			t.Errorf("it is\n%s", got)
		}
	}
}

func TestEveryRowOfAWindowIsOnThePageAndEveryLineOfThePageInTheWindow(t *testing.T) {
	for _, l := range []text.Lang{text.SV, text.EN} {
		for _, s := range []service{revoked(), {err: &apitype.Problem{Code: apitype.AgentUnreachable}}} {
			p := made(t, s)
			page, rows := Text(l, p), Rows(l, p)
			named := 0
			for _, r := range rows {
				if r.Label != "" {
					named++
				}
				if r.Label == "" && !strings.Contains(page, r.Value) {
					t.Errorf("%s: %q is not on the page:\n%s", l, r.Value, page)
				}
			}
			if named != len(diag.Names())+1 || rows[0].Value != strings.Split(page, "\n")[1] {
				t.Errorf("%s: %d rows have a name", l, named)
			}
			shown := model.Open(apitype.Snapshot{}, l, model.Page{Kind: model.Diagnostics, Rows: rows})
			for i, r := range shown.Rows {
				if r != rows[i] {
					t.Errorf("%s: %+v is shown as %+v", l, rows[i], r)
				}
			}
		}
	}
}

func TestEveryRowSaysInWordsHowItStandsAndWhatToDo(t *testing.T) {
	p := made(t, revoked())
	rows := Rows(text.SV, p)
	words := regexp.MustCompile(`^(GRÖN|GUL|RÖD)(: |$)`)
	for _, r := range rows {
		if r.Label != "" && r != rows[0] && (!words.MatchString(r.Value) || r.Severity == "") {
			t.Errorf("%+v says nothing without its colour", r)
		}
	}
	revoked := text.Problem(text.SV, apitype.CertRevoked)
	for i, r := range rows {
		if r.Label == "8 Tillit och spärrkontroll" {
			if r.Value != "RÖD: "+revoked.Headline+" [cert.revoked]" || r.Severity != apitype.Error || rows[i+1].Value != revoked.Action {
				t.Errorf("%+v, %+v", r, rows[i+1])
			}
		}
	}
	for _, r := range p.Rows {
		if r.Colour == diag.Green {
			continue
		}
		if got := todo(text.SV, r, r.Number); len(got) != 2 || got[1] == "" || !strings.HasSuffix(got[0], "]") {
			t.Errorf("row %d says %q", r.Number, got)
		}
	}
}

func TestTheWindowBeforeSavingShowsEveryFileAndTheWholePage(t *testing.T) {
	p := made(t, revoked())
	b, err := Pack(p)
	if err != nil {
		t.Fatal(err)
	}
	rows := Files(text.SV, b, p)
	for i, name := range []string{"page.json", "page.sv.txt", "page.en.txt", "manifest.json"} {
		if rows[i].Label != name || !strings.HasSuffix(rows[i].Value, " byte") {
			t.Errorf("row %d is %+v, want %s", i, rows[i], name)
		}
	}
	whole := Rows(text.SV, p)
	if len(rows) != 5+len(whole) || rows[4].Value != "0" {
		t.Fatalf("%d rows for %d of the page: %+v", len(rows), len(whole), rows[:5])
	}
	for i, r := range whole {
		if rows[5+i] != r {
			t.Errorf("%+v is shown as %+v", r, rows[5+i])
		}
	}
}
