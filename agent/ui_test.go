package agent

import "testing"

func TestClientsAreToldWhetherACodeMayBePasted(t *testing.T) {
	for _, may := range []bool{false, true} {
		inPlanned(t, func(w *world) { w.a.parts.Policy.UI.PINPaste = may }, func(w *world) {
			if ui := w.snapshot().UI; (ui != nil && ui.PINPaste) != may {
				t.Errorf("allowed: %v, told: %+v", may, ui)
			}
		})
	}
}
