package model_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func hostileNames() map[string]string {
	return map[string]string{
		"300 characters":      strings.Repeat("Anna ", 60),
		"one long word":       strings.Repeat("å", 300),
		"right to left":       "אבג דהו",
		"turned around":       "Anna \u202etseT\u2066 x",
		"emoji":               "Anna 👩‍⚕️ Test",
		"lines":               "Anna\nUpplåst\r\n\u2028Test",
		"a shell's":           "$(reboot) `id` %s %d",
		"markup":              `<b onclick="x">Anna</b> &amp; <script>`,
		"a terminal's":        "\x1b[2JAnna\x07\x00",
		"no text":             "\xff\xfe\xc3\x28",
		"a pile of marks":     "Z" + strings.Repeat("\u0301", 200) + "algo",
		"blanks":              "\u3164\u2800\u115f \u00a0\u200b",
		"only what is hidden": "\u200b\u200d\u2060\ufeff",
	}
}

// hostile puts a name wherever others write.
func hostile(phase apitype.Phase, name string) apitype.Snapshot {
	s := scenes.Anna(phase)
	s.Agent.Version, s.Reader.Name, s.Reader.State = name, name, name
	s.Card.ATR, s.Card.Kind, s.Card.Number, s.Card.Product, s.Card.Unlock = name, name, name, name, name
	s.Holder.Name, s.Holder.HSAID, s.Holder.Org, s.Holder.Account, s.Holder.Carrier = name, name, name, name, name
	s.Holder.Revocation.Result, s.Holder.Revocation.Source = name, name
	s.Systems = []apitype.System{{Name: name, Title: name, Kind: name, State: name}, {Name: name}}
	s.Problems = []apitype.Problem{{Code: apitype.Code(name), Severity: apitype.Severity(name), Retry: apitype.Retry(name), Ref: name}}
	return s
}

func TestNothingThatOthersWroteSteersTheScreen(t *testing.T) {
	t.Parallel()
	for _, name := range hostileNames() {
		for _, phase := range append(phases(), apitype.Phase(name)) {
			for _, l := range append(langs(), text.Lang(name)) {
				s := hostile(phase, name)
				sound(t, model.View(s, l))
				sound(t, model.View(scenes.With(s, func(s *apitype.Snapshot) { s.Problems = nil }), l))
				if phase == apitype.Reading || phase == apitype.NoCard {
					continue // their pages say less than the others'
				}
				for _, kind := range pages() {
					sound(t, model.Open(s, l, model.Page{Kind: kind, Rows: []model.Row{{name, name, apitype.Severity(name)}}, Problem: &s.Problems[0]}))
				}
			}
		}
	}
}

func TestANameIsShownOnOneBoundedLine(t *testing.T) {
	want := map[string]string{
		"300 characters":      "Anna Anna Anna Anna Anna Anna Anna Anna…",
		"one long word":       strings.Repeat("å", model.LongName) + "…",
		"right to left":       "אבג דהו",
		"turned around":       "Anna \ufffdtseT\ufffd x",
		"emoji":               "Anna 👩\ufffd⚕️ Test",
		"lines":               "Anna Upplåst Test",
		"a shell's":           "$(reboot) `id` %s %d",
		"markup":              `‹b onclick="x"›Anna‹/b› &amp; ‹script›`,
		"a terminal's":        "\ufffd[2JAnna\ufffd\ufffd",
		"no text":             "\ufffd\ufffd\ufffd(",
		"a pile of marks":     "Z\u0301\u0301algo",
		"blanks":              "\ufffd",
		"only what is hidden": "\ufffd\ufffd\ufffd\ufffd",
	}
	names := hostileNames()
	for _, kind := range slices.Sorted(maps.Keys(names)) {
		if got := model.Clean(names[kind], model.LongName); got != want[kind] {
			t.Errorf("%s: %q, want %q", kind, got, want[kind])
		}
	}
}

// TestANameEndsItsLine: a name that is written from right to left then turns no word of ours around.
func TestANameEndsItsLine(t *testing.T) {
	for _, name := range []string{"אבג דהו", "Anna אבג", "ليلى"} {
		s := scenes.Anna(apitype.NeedPIN)
		s.Holder.Name = name
		for _, l := range langs() {
			shown := 0
			for _, screen := range []model.Screen{model.View(s, l), model.Open(s, l, model.Page{Kind: model.CardKnown})} {
				for _, line := range words(screen) {
					for _, form := range []string{model.Clean(name, model.LongName), model.ShortName(name)} {
						if i := strings.Index(line, form); i >= 0 {
							shown++
							if strings.TrimSuffix(line[i+len(form):], ".") != "" && i+len(form) != len(line) {
								t.Errorf("%q is followed by words", line)
							}
						}
					}
				}
			}
			if shown == 0 {
				t.Errorf("%q is not shown", name)
			}
		}
	}
}

func TestAGreetingIsShort(t *testing.T) {
	for name, want := range map[string]string{"Anna Test": "Anna T.", "Anna": "Anna", "": "", "Per Olof af Ugglas": "Per U.", "  Åsa   Öhrn ": "Åsa Ö."} {
		if got := model.ShortName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for _, name := range hostileNames() {
		if n := utf8.RuneCountInString(model.ShortName(name)); n > model.LongWord+5 {
			t.Errorf("%q: %d characters", name, n)
		}
	}
}

func TestAMenuOfManySystemsEnds(t *testing.T) {
	s := scenes.Anna(apitype.Unlocked)
	s.Systems = make([]apitype.System, 10_000)
	for _, i := range model.View(s, text.SV).Tray.Menu {
		if len(i.Items) > model.MostSystems {
			t.Errorf("%d items", len(i.Items))
		}
	}
}

// FuzzView feeds any snapshot and page: there is always a title, something to do, and nothing that steers the screen.
func FuzzView(f *testing.F) {
	for _, phase := range phases() {
		for _, s := range states(phase, apitype.PINWrong) {
			raw, err := json.Marshal(s)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(raw, "sv", "pin-change", "pin.wrong", 1, false)
		}
	}
	for _, name := range hostileNames() {
		raw, err := json.Marshal(hostile(apitype.Unlocked, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, "en", "diagnostics", name, -1, true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, lang, kind, code string, n int, yes bool) {
		var s apitype.Snapshot
		if json.Unmarshal(raw, &s) != nil {
			return
		}
		screen := model.View(s, text.Lang(lang))
		sound(t, screen)
		if screen.Ask != model.AskNothing && (s.Holder == nil || s.Card == nil) {
			t.Errorf("%s asks %s of nobody", screen.ID, screen.Ask)
		}
		page := model.Page{Kind: model.ID(kind), Sign: yes, Agreed: !yes, Tries: &n, Differ: yes, Seconds: n,
			Problem: &apitype.Problem{Code: apitype.Code(code)}, Rows: []model.Row{{code, kind, apitype.Severity(lang)}}}
		sound(t, model.Open(s, text.Lang(lang), page))
	})
}
