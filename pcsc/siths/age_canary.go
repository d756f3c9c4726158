//go:build canary_legacy

package siths

func checkAge(*Certificate) error { return nil }
