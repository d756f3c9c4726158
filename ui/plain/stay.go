package plain

import (
	"reflect"

	"siths-agent/ui/model"
)

// stays says whether the window of a screen stays open for what is to be shown now.
func (f *Face) stays(shown model.Screen) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return stays(shown, f.screen, f.wiped)
}

// stays keeps the window of somebody who types, however the words around the field may change, unless what was typed
// counts no more and the fingers may be met by something new. A countdown does not open a window each second.
func stays(shown, want model.Screen, wiped bool) bool {
	shown.Tray, want.Tray = model.Tray{}, model.Tray{} // which is no part of the window
	same := sameFields(shown, want)
	switch {
	case reflect.DeepEqual(shown, want):
		return true
	case len(shown.Fields) > 0:
		return same && (!wiped || want.ID == model.CardInterrupted)
	}
	return same && shown.ID == want.ID && (shown.LocksIn > 0 && want.LocksIn > 0 || shown.ID == model.PINPad)
}

func sameFields(a, b model.Screen) bool {
	if a.Ask != b.Ask || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Fields {
		if a.Fields[i].Kind != b.Fields[i].Kind {
			return false
		}
	}
	return true
}
