//go:build !canary_window_sure

package main

import "siths-agent/internal/secret"

// isSure says whether the person has typed the new code twice alike: one that was mistyped would lock its owner out.
func isSure(fresh, again []byte) bool { return secret.Alike(fresh, again) }
