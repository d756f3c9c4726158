//go:build !canary_dialog_hold

package dialog

import (
	"slices"

	"siths-agent/ui/model"
)

// cutsOff says whether a screen would take the fields from under the fingers of somebody who is typing, or ask something
// else in them.
func cutsOff(typing bool, shown, want model.Screen) bool {
	missing := func(f model.Field) bool {
		return !slices.ContainsFunc(want.Fields, func(g model.Field) bool { return g.Kind == f.Kind })
	}
	return typing && (want.Ask != shown.Ask || want.Question != shown.Question || slices.ContainsFunc(shown.Fields, missing))
}
