//go:build canary_consent_enter

package model

func hasty(no, yes Button) []Button { return []Button{no, yes.asDefault()} }
