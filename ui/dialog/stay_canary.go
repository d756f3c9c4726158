//go:build canary_dialog_stay

package dialog

func sameStay(_, _ insertion) bool { return true }
