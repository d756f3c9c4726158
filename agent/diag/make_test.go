package diag

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
)

// service answers as a test says. hang makes it answer when it is given up.
type service struct {
	d    apitype.Diag
	err  error // of Diag
	bare error // of Snapshot
	hang bool
}

func (s *service) Diag(ctx context.Context) (apitype.Diag, error) {
	if s.hang {
		<-ctx.Done()
		return apitype.Diag{}, ctx.Err()
	}
	return s.d, s.err
}

func (s *service) Snapshot(ctx context.Context) (apitype.Snapshot, error) {
	if s.hang {
		<-ctx.Done()
		return apitype.Snapshot{}, ctx.Err()
	}
	return s.d.Snapshot, s.bare
}

// well is what a service tells when all is well.
func well() apitype.Diag {
	return apitype.Diag{V: 1, Started: time.Now().Add(-2 * time.Hour), Snapshot: apitype.Snapshot{
		V: 1, Phase: apitype.Unlocked, Agent: apitype.Agent{Version: "0.1.0+0123456789ab", PID: 1},
		Reader: &apitype.Reader{Name: "Gemalto PC Twin Reader (83F4A219) 00 00", State: "card"},
		Card: &apitype.Card{Insertion: 1, ATR: "3b7f96000080318065b0855956fb120ffe829000", Kind: "IDPrime", Number: "…9469",
			PIN: &apitype.CardPIN{Auth: &apitype.PINState{Tries: 3}, Sign: &apitype.PINState{Tries: 2}}},
		Holder: &apitype.Holder{Name: "Anna Test", HSAID: "SE2321000131-P000000000001", LoA: 3, Carrier: "card", DaysLeft: new(400),
			Revocation: &apitype.Revocation{Result: "good", Source: "ocsp", AgeS: 120}},
	}, Events: []apitype.DiagEvent{{Time: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Event: "pin.wrong", Code: "pin.wrong", Ref: "7F3A"}}}
}

func options(t *testing.T, s *service) Options {
	t.Helper()
	return Options{Service: s, Version: "0.1.0", Root: t.TempDir(), Config: "testdata/good.toml", Now: time.Now}
}

func rowNamed(p Page, name Name) Row {
	for _, r := range p.Rows {
		if r.Name == name {
			return r
		}
	}
	return Row{}
}

func wantRow(t *testing.T, p Page, name Name, colour Colour, code apitype.Code) Row {
	t.Helper()
	r := rowNamed(p, name)
	if r.Colour != colour || r.Code != code {
		t.Errorf("%s is %+v, want %s %s", name, r, colour, code)
	}
	return r
}

// says is what a row says under a label.
func says(r Row, l Label) string {
	for _, f := range r.Facts {
		if f.What() == l {
			return f.String()
		}
	}
	return ""
}

func TestWhatTheServiceTellsIsSortedIntoRows(t *testing.T) {
	p := Make(t.Context(), options(t, &service{d: well()}))
	if len(p.Rows) != 15 || p.Rows[14].Number != 15 || p.Withheld != 0 {
		t.Fatalf("the page is %+v", p)
	}
	for _, name := range []Name{Service, Readers, Card, Certificates, PIN, Trust, Systems, Events} {
		wantRow(t, p, name, Green, "")
	}
	for _, c := range []struct {
		row   Name
		label Label
		want  string
	}{
		{Service, Version, "0.1.0"}, {Service, Uptime, "2h0m0s"}, {Readers, Reader, "Gemalto PC Twin Reader … 00 00"},
		{Card, Kind, "IDPrime"}, {Card, CardNumber, "…9469"}, {Card, ATR, "3b7f96000080318065b0855956fb120ffe829000"},
		{Certificates, Holder, "SE2321000131-…0001"}, {Certificates, DaysLeft, "400"}, {Certificates, Level, "3"},
		{PIN, Tries, "3"}, {PIN, SignTries, "2"}, {Trust, Revocation, "good"}, {Trust, Age, "2m0s"},
		{Events, Event, "2026-11-22T10:00:00Z pin.wrong pin.wrong 7F3A"},
	} {
		if got := says(rowNamed(p, c.row), c.label); got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.label, c.row, got, c.want)
		}
	}
}

func TestEveryCodeHasARowOfItsOwn(t *testing.T) {
	for _, code := range apitype.Codes() {
		for severity, colour := range map[apitype.Severity]Colour{apitype.Error: Red, apitype.Warning: Yellow} {
			d := well()
			d.Snapshot.Problems = []apitype.Problem{{Code: code, Severity: severity, Ref: "00AB"}}
			p := assemble(time.Now(), Options{Version: "0.1.0", Now: time.Now}.told(d, true))
			n := 0
			for _, r := range p.Rows {
				if r.Colour == Green {
					continue
				}
				if n++; r.Colour != colour || r.Code != code || says(r, Reference) != "00AB" {
					t.Errorf("%s makes %+v", code, r)
				}
			}
			if n != 1 {
				t.Errorf("%s is in %d rows", code, n)
			}
		}
	}
}

func TestWithoutTheServiceItsRowsSaySoAndTheOthersAreLookedAt(t *testing.T) {
	gone := &apitype.Problem{Code: apitype.AgentUnreachable}
	p := Make(t.Context(), options(t, &service{err: gone, bare: errors.New("must not be asked")}))
	wantRow(t, p, Service, Red, apitype.AgentUnreachable)
	wantRow(t, p, Card, Yellow, apitype.AgentUnreachable)
	wantRow(t, p, Policy, Green, "")
	wantRow(t, p, Rivals, Green, "")
}

func TestWhoMayNotSeeAllIsToldWhatEverybodyMay(t *testing.T) {
	d := well()
	d.Snapshot.Holder, d.Snapshot.Card.PIN = nil, nil
	p := Make(t.Context(), options(t, &service{d: d, err: errors.New("not allowed")}))
	wantRow(t, p, Service, Green, "")
	wantRow(t, p, Card, Green, "")
	for _, name := range []Name{Certificates, PIN, Trust, Events} {
		wantRow(t, p, name, Yellow, apitype.SystemDenied)
	}
}

func TestRowsAboutACardSayWhyNothingIsKnown(t *testing.T) {
	tell := func(s apitype.Snapshot) Page {
		return assemble(time.Now(), Options{Version: "0.1.0", Now: time.Now}.told(apitype.Diag{Snapshot: s}, true))
	}
	wantRow(t, tell(apitype.Snapshot{}), PIN, Yellow, apitype.CardNone)
	refused := tell(apitype.Snapshot{Card: &apitype.Card{}, Problems: []apitype.Problem{{Code: apitype.CertRevoked, Severity: apitype.Error}}})
	wantRow(t, refused, PIN, Yellow, apitype.CertRevoked)
	wantRow(t, refused, Trust, Red, apitype.CertRevoked)
	if r := wantRow(t, tell(apitype.Snapshot{Card: &apitype.Card{}, Phase: apitype.Reading}), PIN, Yellow, ""); r.Advice != TooLate {
		t.Errorf("a card that is read: %+v", r)
	}
	blocked := apitype.Snapshot{Card: &apitype.Card{PIN: &apitype.CardPIN{Auth: &apitype.PINState{}}}}
	wantRow(t, tell(blocked), PIN, Red, apitype.PINBlocked)
	other := tell(apitype.Snapshot{Agent: apitype.Agent{Version: "0.0.9"}, Systems: []apitype.System{{State: "ready"}, {State: "off"}}})
	if r := wantRow(t, other, Service, Yellow, ""); r.Advice != OtherVersion || says(r, AskedBy) != "0.1.0" {
		t.Errorf("another version: %+v", r)
	}
	if r := rowNamed(other, Systems); says(r, Ready) != "1" || says(r, NotReady) != "1" {
		t.Errorf("two systems: %+v", r)
	}
}

func TestThePageTellsOfEachSystemByItsNumber(t *testing.T) {
	tell := func(systems ...apitype.System) Page {
		return assemble(time.Now(), Options{Now: time.Now}.told(apitype.Diag{Snapshot: apitype.Snapshot{Systems: systems}}, true))
	}
	open := apitype.System{Name: "anna-andersson", Title: "Anna Andersson", Kind: "tls", State: "ready"}
	closed := apitype.System{Name: "katalog", Kind: "kerberos", State: "unreachable", Why: apitype.NetworkDown, Reason: "late"}
	p := tell(open, closed)
	r := wantRow(t, p, Systems, Yellow, apitype.NetworkDown)
	var lines []string
	for _, f := range r.Facts {
		lines = append(lines, string(f.What())+" "+f.String())
	}
	if got := strings.Join(lines, ", "); got != "ready 1, not-ready 1, system 1 tls ready, system 2 kerberos unreachable network.down late" || p.Withheld != 0 {
		t.Errorf("the row says %q and withholds %d", got, p.Withheld)
	}
	wantRow(t, tell(open, apitype.System{Kind: "tls", State: "denied"}), Systems, Yellow, apitype.SystemDenied)
	for _, hostile := range []apitype.System{{Kind: "anna", State: "ready"}, {Kind: "tls", State: "anna"}, {Kind: "tls", State: "denied", Why: "anna.andersson"},
		{Kind: "tls", State: "denied", Reason: "anna"}} {
		if p := tell(hostile); p.Withheld != 1 || says(rowNamed(p, Systems), System) != "" {
			t.Errorf("%+v is told as %+v", hostile, rowNamed(p, Systems))
		}
	}
	if r := rowNamed(tell(slices.Repeat([]apitype.System{open}, 1000)...), Systems); len(r.Facts) != 2+mostSystems {
		t.Errorf("a thousand systems have %d facts", len(r.Facts))
	}
}

func TestAPageTakesTenSecondsAtMostWhateverHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		p := Make(t.Context(), options(t, &service{hang: true}))
		if took := time.Since(begun); took > 10*time.Second || len(p.Rows) != 15 {
			t.Errorf("%d rows took %s", len(p.Rows), took)
		}
		wantRow(t, p, Service, Red, apitype.AgentUnreachable)
	})
}

func TestALookThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		thaw := make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(thaw) })
		begun := time.Now()
		f := within(t.Context(), lookTime, func(context.Context) finding {
			<-thaw
			return green()
		})
		if took := time.Since(begun); took != lookTime || f.colour != Yellow || f.advice != TooLate {
			t.Errorf("%+v after %s", f, took)
		}
		<-thaw
	})
}

// TestWhicheverLookHangsTheOthersAreOnThePage lets each look hang for an hour, and all of them, with a service that hangs too.
func TestWhicheverLookHangsTheOthersAreOnThePage(t *testing.T) {
	rows := []Name{Service, CardService, Readers, Modules, Clock, Network, UnlockPath, Policy, Rivals}
	for _, hung := range append(rows, "all of them") {
		synctest.Test(t, func(t *testing.T) {
			thaw := make(chan struct{})
			time.AfterFunc(time.Hour, func() { close(thaw) })
			var looks []look
			for _, row := range rows {
				looks = append(looks, look{row, func(context.Context) finding {
					if row == hung || hung == "all of them" {
						<-thaw
					}
					return green().with(count(Line, 7))
				}})
			}
			begun := time.Now()
			p := options(t, &service{d: well(), hang: hung == "all of them"}).page(t.Context(), looks)
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("%s: it took %s", hung, took)
			}
			for _, row := range rows {
				late, r := row == hung || hung == "all of them", rowNamed(p, row)
				if got := r.Advice == TooLate || r.Code == apitype.AgentUnreachable; got != late || (says(r, Line) == "7") == late {
					t.Errorf("%s: %+v", hung, r)
				}
			}
			<-thaw
		})
	}
}
