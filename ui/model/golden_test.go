package model_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func TestTheScreensAreAsTheyWere(t *testing.T) {
	for _, l := range langs() {
		var b strings.Builder
		for _, c := range scenes.All() {
			s := c.Screen(l)
			sound(t, s)
			fmt.Fprintf(&b, "== %s\n%s\n", c.Name, drawn(s))
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
func drawn(s model.Screen) string {
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

func marks(x model.Button) string {
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

func menu(items []model.Item, indent string) string {
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
	seen := map[model.ID]bool{}
	for _, c := range scenes.All() {
		seen[c.Screen(text.SV).ID] = true
	}
	want := []model.ID{model.Reading, model.PIN, model.PINPad, model.PINFormat, model.PINCancelled, model.WrongPIN, model.LastTry, model.Blocked, model.Verifying, model.Unlocked, model.CertExpires, model.OfflineGrace,
		model.ReserveCard, model.CardRemoved, model.IdleLock, model.Other, model.Unknown, model.CardKnown, model.Systems, model.Diagnostics, model.Bundle, model.Saved, model.Licences, model.About, model.Managed, model.Upgraded, model.Change,
		model.Unblock, model.PUKLast, model.PUKDead, model.Changed, "problem"}
	for _, code := range apitype.Codes() {
		want = append(want, model.IDOf(code))
	}
	for _, id := range want {
		if !seen[id] {
			t.Errorf("%s is in no scene", id)
		}
	}
}

func TestNoTwoProblemsShareAScreen(t *testing.T) {
	seen := map[model.ID]apitype.Code{}
	for _, code := range apitype.Codes() {
		if other, taken := seen[model.IDOf(code)]; taken {
			t.Errorf("%s and %s are both %s", code, other, model.IDOf(code))
		}
		seen[model.IDOf(code)] = code
	}
}
