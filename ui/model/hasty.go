//go:build !canary_consent_enter

package model

// hasty are the buttons of a question whose answer is no for whoever presses Enter without having read it.
func hasty(no, yes Button) []Button { return []Button{no.asDefault(), yes} }
