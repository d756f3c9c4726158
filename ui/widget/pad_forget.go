//go:build !canary_pad_forget

package widget

import "siths-agent/internal/secret"

// forget empties a field that has been handed over or given up.
func forget(code *secret.Buffer) { code.Wipe() }
