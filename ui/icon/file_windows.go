package icon

import (
	"siths-agent/agent/apitype"
	"siths-agent/ui/model"
)

// File returns the icon of a panel in the form that the panel of this system takes: the sizes of SM_CXSMICON at 100, 125,
// 150 and 200 % (GetSystemMetrics, winuser.h).
func File(i model.Icon, s apitype.Severity) ([]byte, error) {
	return ICO(Panel(i, s, 16), Panel(i, s, 20), Panel(i, s, 24), Panel(i, s, 32)), nil
}
