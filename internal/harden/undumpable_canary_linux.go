//go:build canary_dumpable

package harden

func undumpable() error { return nil }
