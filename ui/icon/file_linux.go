package icon

import (
	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// panelSize is what a StatusNotifierItem is drawn in; panels draw it smaller, or as large on a dense screen.
const panelSize = 48

// File returns the icon of a panel in the form that the panel of this system takes.
func File(i model.Icon, s apitype.Severity) ([]byte, error) { return PNG(Panel(i, s, panelSize)) }
