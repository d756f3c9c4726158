package main

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/ui/model"
	"siths-agent/ui/text"
)

// visible are the labels of the lines that are shown, top first, and of those that can be chosen.
func visible(m *menu) (all, active []string) {
	lines := append(slices.Clone(m.notes), m.systems)
	if m.systems.shown {
		lines = append(lines, m.below...)
	}
	for _, l := range append(lines, m.actions()...) {
		if l.shown {
			all = append(all, l.label)
			if l.enabled {
				active = append(active, l.label)
			}
		}
	}
	return all, active
}

// listed is a menu as the model has it.
func listed(items []model.Item) (all, active []string) {
	for _, i := range items {
		all = append(all, i.Label)
		if i.Enabled {
			active = append(active, i.Label)
		}
		below, live := listed(i.Items)
		all, active = append(all, below...), append(active, live...)
	}
	return all, active
}

// states are snapshots whose menus differ.
func states() []apitype.Snapshot {
	var out []apitype.Snapshot
	out = append(out, model.Unreachable())
	for _, phase := range []apitype.Phase{apitype.NoReader, apitype.NoCard, apitype.Reading, apitype.NeedPIN, apitype.Verifying,
		apitype.Unlocked, apitype.Locked, apitype.Refused} {
		for n := range 3 {
			s := apitype.Snapshot{Phase: phase}
			if n > 0 {
				s.Card, s.Holder = &apitype.Card{Insertion: 1, Unlock: "puk-letter"}, &apitype.Holder{Name: "Anna Test"}
				s.Session = &apitype.Session{User: "anna", State: "unlocked"}
				s.Systems = slices.Repeat([]apitype.System{{Name: "journal", Title: "Journal", State: "ready"}}, 3-n)
			}
			if phase == apitype.Refused {
				s.Problems = []apitype.Problem{health.Problem(apitype.PINBlocked, "")}
			}
			out = append(out, s)
		}
	}
	return out
}

func TestEveryStateHasItsMenuInTheOrderOfTheModel(t *testing.T) {
	m := newMenu(func(model.Do) {})
	for _, s := range slices.Concat(states(), states()) {
		items := model.View(s, text.SV).Tray.Menu
		m.show(items)
		got, active := visible(m)
		want, live := listed(items)
		if !slices.Equal(got, want) || !slices.Equal(active, live) {
			t.Errorf("in phase %s the menu is %q, of which %q can be chosen; want %q and %q", s.Phase, got, active, want, live)
		}
	}
	if len(m.below) != 2 {
		t.Errorf("%d lines were made for two systems", len(m.below))
	}
}

func TestANameIsNoMarkInAMenu(t *testing.T) {
	for label, want := range map[string]string{"a_b": "a__b", "__": "____", "Anna": "Anna"} {
		if got := escaped(label); got != want {
			t.Errorf("%q is written %q", label, got)
		}
	}
}

func TestTheWindowIsToldThePageByItsName(t *testing.T) {
	o := &opener{socket: "/run/x.sock"}
	var got []string
	for _, page := range []model.ID{"", model.PIN, model.Change, model.Unblock, model.CardKnown, model.Systems, model.Diagnostics, model.About} {
		got = append(got, strings.Join(o.args(page), " "))
	}
	want := []string{"--socket /run/x.sock"}
	for _, name := range []string{"pin", "change", "unblock", "card", "systems", "diagnostics", "about"} {
		want = append(want, "--page "+name+" --socket /run/x.sock")
	}
	if !slices.Equal(got, want) {
		t.Errorf("it is told %q", got)
	}
	if args := (&opener{}).args(""); len(args) != 0 {
		t.Errorf("with nothing to tell it is told %q", args)
	}
}

func TestTheNewestIsTaken(t *testing.T) {
	n := newNewest[int]()
	for v := range 1000 {
		n.put(v)
	}
	<-n.ready
	if got := n.take(); got != 999 {
		t.Errorf("taken is %d", got)
	}
	select {
	case <-n.ready:
		t.Error("there is more to take")
	default:
	}
}
