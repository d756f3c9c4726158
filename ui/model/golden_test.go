package model

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/text"
)

// scene is a state or a page of the golden files.
type scene struct {
	name string
	s    apitype.Snapshot
	page *Page
}

// scenes are all screens that there are, in the order of the flow.
func scenes() []scene {
	out := slices.Concat(flow(), opened(), typedBefore())
	for _, code := range apitype.Codes() {
		out = append(out, scene{"refused because of " + string(code), anna(apitype.Refused, code), nil})
	}
	return out
}

func flow() []scene {
	pulled := with(empty(apitype.NoCard), locksIn(10))
	days := func(s *apitype.Snapshot) { s.Holder.DaysLeft = new(14) }
	reserve := func(s *apitype.Snapshot) {
		s.Holder.Carrier, s.Card.Unlock, s.Card.Product = "reserve", "replace", "reserve"
	}
	return []scene{
		{"no service", Unreachable(), nil},
		{"no reader", empty(apitype.NoReader, apitype.ReaderNone), nil},
		{"no card", empty(apitype.NoCard), nil},
		{"nobody can log in", empty(apitype.NoCard, apitype.AuditUnwritable), nil},
		{"reading", bare(apitype.Reading), nil},
		{"pin", anna(apitype.NeedPIN), nil},
		{"pin of somebody else's card", bare(apitype.NeedPIN), nil},
		{"wrong pin", with(anna(apitype.NeedPIN, apitype.PINWrong), tries(2)), nil},
		{"pin of a wrong form", anna(apitype.NeedPIN, apitype.PINLength), nil},
		{"too slow", anna(apitype.NeedPIN, apitype.PINTimeout), nil},
		{"cancelled", anna(apitype.NeedPIN, apitype.PINCancelled), nil},
		{"last try", with(anna(apitype.NeedPIN, apitype.PINWrong, apitype.PINLastTry), tries(1)), nil},
		{"failed, and worth another try", anna(apitype.NeedPIN, apitype.CertRevocationUnknown), nil},
		{"verifying", anna(apitype.Verifying), nil},
		{"unlocked", anna(apitype.Unlocked), nil},
		{"unlocked, card expires", with(anna(apitype.Unlocked, apitype.CertExpiresSoon), days), nil},
		{"unlocked, offline", anna(apitype.Unlocked, apitype.NetworkDown), nil},
		{"unlocked, reserve card", with(anna(apitype.Unlocked), reserve), nil},
		{"unlocked by somebody else", bare(apitype.Unlocked), nil},
		{"card removed", pulled, nil},
		{"card back", with(anna(apitype.NeedPIN), locksIn(7)), nil},
		{"idle", with(anna(apitype.Unlocked, apitype.CardLeftBehind), locksIn(60)), nil},
		{"locked, card left behind", anna(apitype.Locked, apitype.CardLeftBehind), nil},
		{"blocked, reserve card", with(anna(apitype.Refused, apitype.PINBlocked), reserve), nil},
		{"blocked, by the administrator", with(anna(apitype.Refused, apitype.PINBlocked), func(s *apitype.Snapshot) { s.Card.Unlock = "administrator" }), nil},
		{"blocked, product unknown", with(anna(apitype.Refused, apitype.PINBlocked), func(s *apitype.Snapshot) { s.Card.Unlock = "" }), nil},
		{"a code of a later version", anna(apitype.Refused, "moon.full"), nil},
		{"a phase of a later version", anna("dreaming"), nil},
	}
}

func opened() []scene {
	open := with(anna(apitype.Unlocked), func(s *apitype.Snapshot) {
		for _, state := range []string{"ready", "working", "need-pin", "unreachable", "denied"} {
			s.Systems = append(s.Systems, apitype.System{Name: state, Title: "System " + state, Kind: "tls", State: state})
		}
	})
	waits := anna(apitype.NeedPIN)
	diagnosis := []Row{{"Kortläsare", "Virtual PCD 00 00", apitype.Info}, {"Spärrkontroll", "cert.revocation-unknown", apitype.Error}}
	return []scene{
		{"pin on the reader", waits, &Page{Kind: PINPad, Seconds: 30}},
		{"last try agreed", with(waits, func(s *apitype.Snapshot) {
			s.Card = new(*s.Card)
			s.Card.PIN = &apitype.CardPIN{Auth: &apitype.PINState{Tries: 1}}
		}), &Page{Kind: PIN, Agreed: true}},
		{"card", waits, &Page{Kind: CardKnown}},
		{"card, none", empty(apitype.NoCard), &Page{Kind: CardKnown}},
		{"systems", open, &Page{Kind: Systems}},
		{"systems, none", waits, &Page{Kind: Systems}},
		{"diagnostics", waits, &Page{Kind: Diagnostics, Rows: diagnosis}},
		{"bundle", waits, &Page{Kind: Bundle, Rows: []Row{{"manifest.json", "1 kB", ""}}}},
		{"about", waits, &Page{Kind: About}},
		{"managed", waits, &Page{Kind: Managed}},
		{"upgraded", empty(apitype.NoCard), &Page{Kind: Upgraded}},
	}
}

func typedBefore() []scene {
	waits, blocked := anna(apitype.NeedPIN), anna(apitype.Refused, apitype.PINBlocked)
	after := func(code apitype.Code) *apitype.Problem { return new(health.Problem(code, "")) }
	return []scene{
		{"change", waits, &Page{Kind: Change}},
		{"change, signature code", waits, &Page{Kind: Change, Sign: true}},
		{"change, wrong", waits, &Page{Kind: Change, Problem: after(apitype.PINWrong), Tries: new(2)}},
		{"change, same", waits, &Page{Kind: Change, Problem: after(apitype.PINSame)}},
		{"change, not alike", waits, &Page{Kind: Change, Differ: true}},
		{"change, easy", waits, &Page{Kind: Change, Easy: true}},
		{"change, not on this card", waits, &Page{Kind: Change, Problem: after(apitype.PINUnsupported)}},
		{"change, last try of the signature code", waits, &Page{Kind: Change, Sign: true, Problem: after(apitype.PINWrong), Tries: new(1)}},
		{"changed", waits, &Page{Kind: Changed}},
		{"unblock", blocked, &Page{Kind: Unblock}},
		{"unblock, wrong", blocked, &Page{Kind: Unblock, Problem: after(apitype.PUKWrong), Tries: new(5)}},
		{"unblock, last try", blocked, &Page{Kind: Unblock, Problem: after(apitype.PUKWrong), Tries: new(1)}},
		{"unblock, no more", blocked, &Page{Kind: Unblock, Problem: after(apitype.PUKBlocked)}},
		{"unblocked", waits, &Page{Kind: Changed, Puk: true}},
	}
}

func (c scene) screen(l text.Lang) Screen {
	if c.page != nil {
		return Open(c.s, l, *c.page)
	}
	return View(c.s, l)
}

func TestTheScreensAreAsTheyWere(t *testing.T) {
	for _, l := range langs() {
		var b strings.Builder
		for _, c := range scenes() {
			s := c.screen(l)
			sound(t, s)
			fmt.Fprintf(&b, "== %s\n%s\n", c.name, drawn(s))
		}
		path := filepath.Join("testdata", "screens."+string(l)+".txt")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != string(want) {
			t.Errorf("%s is otherwise (UPDATE_GOLDEN=1 accepts it): %s", path, difference(got, string(want)))
		}
	}
}

// difference is the first line that is another.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: %q, was %q", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, were %d", len(a), len(b))
}

// drawn is a screen as text.
func drawn(s Screen) string {
	var b strings.Builder
	fmt.Fprintf(&b, "   [%s, %s, %s] %s\n", s.ID, s.Icon, s.Severity, s.Title)
	for _, line := range s.Body {
		fmt.Fprintf(&b, "   %s\n", line)
	}
	for _, r := range s.Rows {
		fmt.Fprintf(&b, "   | %s | %s | %s\n", r.Label, r.Value, r.Severity)
	}
	for _, f := range s.Fields {
		fmt.Fprintf(&b, "   %s: [%s]\n", f.Label, f.Kind)
	}
	if s.Later != nil {
		fmt.Fprintf(&b, "   after %s: %s\n", s.Later.After, s.Later.Line)
	}
	if s.Closes > 0 {
		fmt.Fprintf(&b, "   closes after %s\n", s.Closes)
	}
	for _, x := range s.Buttons {
		fmt.Fprintf(&b, "   (%s)%s\n", x.Label, marks(x))
	}
	fmt.Fprintf(&b, "   tray: [%s] %s\n%s", s.Tray.Icon, s.Tray.Tooltip, menu(s.Tray.Menu, "      "))
	return b.String()
}

func marks(x Button) string {
	out := " " + string(x.ID)
	if x.Default {
		out += ", Enter"
	}
	if x.Cancel {
		out += ", Esc"
	}
	if x.After > 0 {
		out += ", after " + x.After.String()
	}
	return out
}

func menu(items []Item, indent string) string {
	var b strings.Builder
	for _, i := range items {
		off := ""
		if !i.Enabled {
			off = " (off)"
		}
		fmt.Fprintf(&b, "%s%s%s\n%s", indent, i.Label, off, menu(i.Items, indent+"   "))
	}
	return b.String()
}

func TestTheGoldenFilesHaveEveryScreen(t *testing.T) {
	seen := map[ID]bool{}
	for _, c := range scenes() {
		seen[c.screen(text.SV).ID] = true
	}
	want := []ID{Reading, PIN, PINPad, PINFormat, PINCancelled, WrongPIN, LastTry, Blocked, Verifying, Unlocked, CertExpires, OfflineGrace,
		ReserveCard, CardRemoved, IdleLock, Other, Unknown, CardKnown, Systems, Diagnostics, Bundle, About, Managed, Upgraded, Change,
		Unblock, PUKLast, PUKDead, Changed, "problem"}
	for _, code := range apitype.Codes() {
		want = append(want, idOf(code))
	}
	for _, id := range want {
		if !seen[id] {
			t.Errorf("%s is in no scene", id)
		}
	}
}

func TestNoTwoProblemsShareAScreen(t *testing.T) {
	seen := map[ID]apitype.Code{}
	for _, code := range apitype.Codes() {
		if other, taken := seen[idOf(code)]; taken {
			t.Errorf("%s and %s are both %s", code, other, idOf(code))
		}
		seen[idOf(code)] = code
	}
}
