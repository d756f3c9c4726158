package plain

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/ui/model"
	"siths-agent/ui/model/scenes"
	"siths-agent/ui/text"
)

func langs() []text.Lang { return []text.Lang{text.SV, text.EN} }

func TestAllThatAScreenSaysAndOffersIsInItsWindows(t *testing.T) {
	for _, scene := range scenes.All() {
		for _, l := range langs() {
			s := scene.Screen(l)
			said, offered, fields := "", []model.Do{}, []model.FieldKind{}
			for _, sh := range plan(s, l) {
				said += sh.text + "\n"
				fields = append(fields, sh.kinds...)
				for _, b := range []button{sh.ok, sh.notOK, sh.cancel} {
					if b.do != "" && !slices.Contains(offered, b.do) {
						offered = append(offered, b.do)
					}
				}
				if n := cost(sh.text); n > longestCommand || sh.title == "" || sh.ok.label == "" {
					t.Errorf("%s: %d bytes, %+v", s.ID, n, sh)
				}
			}
			for _, part := range append([]string{s.Title}, s.Body...) {
				if part != text.Screen(l, text.ScreenNumLock) && !strings.Contains(said, part) {
					t.Errorf("%s does not say %q", s.ID, part)
				}
			}
			for _, r := range s.Rows {
				if !strings.Contains(said, row(r, l)) {
					t.Errorf("%s does not say %+v", s.ID, r)
				}
			}
			for _, b := range s.Buttons {
				if b.ID != model.DoCopy && !slices.Contains(offered, b.ID) {
					t.Errorf("%s does not offer %s", s.ID, b.ID)
				}
			}
			for _, f := range s.Fields {
				if !slices.Contains(fields, f.Kind) {
					t.Errorf("%s does not ask for %s", s.ID, f.Kind)
				}
			}
		}
	}
}

func TestALongPageIsReadInParts(t *testing.T) {
	s := model.Screen{ID: model.Diagnostics, Title: "T", Window: "W",
		Buttons: []model.Button{{ID: model.DoPreview, Label: "P"}, {ID: model.DoClose, Label: "C", Default: true, Cancel: true}}}
	for range 120 {
		s.Rows = append(s.Rows, model.Row{Label: "%å", Value: strings.Repeat("å%", 60)})
	}
	all := plan(s, text.SV)
	if len(all) < 10 {
		t.Errorf("%d windows", len(all))
	}
	for i, sh := range all {
		if last := i == len(all)-1; (sh.ok.do == model.DoPreview) != last || sh.cancel.do != model.DoClose || cost(sh.text) > longestCommand {
			t.Errorf("window %d: %+v", i, sh)
		}
	}
}

func TestTheLastTryIsNotSpentByAHastyKey(t *testing.T) {
	for _, scene := range scenes.All() {
		if s := scene.Screen(text.SV); s.Ask == model.AskLastTry {
			sheets := plan(s, text.SV)
			if len(sheets) != 1 || sheets[0].cancel.do != model.DoCancel || sheets[0].ok.do != model.DoTryAnyway || sheets[0].prompt != "" {
				t.Errorf("%s: %+v", s.ID, sheets)
			}
		}
	}
}

func TestANewCodeIsAskedForTwiceInOneWindow(t *testing.T) {
	fields := []model.Field{{Kind: model.FieldPUK, Label: "PUK"}, {Kind: model.FieldNew, Label: "Ny"}, {Kind: model.FieldTwo, Label: "Igen"}}
	s := model.Screen{Title: "T", Window: "W", Fields: fields,
		Buttons: []model.Button{{ID: model.DoSubmit, Label: "S"}, {ID: model.DoCancel, Label: "A", Cancel: true}}}
	all := plan(s, text.SV)
	if len(all) != 2 || all[0].again != "" || all[1].again != "Igen" || all[0].ok.do != "" || all[1].ok.do != model.DoSubmit || all[1].differ == "" {
		t.Errorf("%+v", all)
	}
}
