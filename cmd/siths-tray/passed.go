//go:build !canary_tray_environment

package main

import (
	"slices"
	"strings"
)

// passed is what a window gets to know of our environment: where the desktop is, and how it is used. Nothing of it makes
// the window's process load anything.
func passed(environ []string) []string {
	var out []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if slices.Contains(passedOn(), name) || strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "SITHS_") {
			out = append(out, e)
		}
	}
	return out
}
