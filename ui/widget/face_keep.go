//go:build !canary_widget_keep

package widget

import (
	"slices"

	"siths-agent/ui/model"
)

// keep empties the pads that have no field: what is typed does not wait out of sight for a screen that has it again.
func (p *pads) keep(fields []model.Field) {
	for kind, pad := range p.list() {
		if !slices.ContainsFunc(fields, func(f model.Field) bool { return f.Kind == kind }) {
			pad.Wipe()
		}
	}
}
