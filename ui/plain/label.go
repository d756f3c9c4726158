//go:build !canary_plain_label

package plain

import "strings"

// label is a text for a button or a prompt, in which a pinentry takes an underscore for the mark of a key (pinentry
// manual, SETOK).
func label(s string) string { return strings.ReplaceAll(s, "_", "__") }
