//go:build canary_dialog_hold

package dialog

import "siths-agent/ui/model"

func cutsOff(bool, model.Screen, model.Screen) bool { return false }
