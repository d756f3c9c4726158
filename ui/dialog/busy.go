//go:build !canary_dialog_once

package dialog

// isBusy says whether a code is with the service: until it has answered, no other is sent.
func isBusy(sending *Send) bool { return sending != nil }
