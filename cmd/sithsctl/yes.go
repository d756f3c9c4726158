//go:build !canary_diag_yes

package main

import "strings"

// isYes says whether a person has typed the word yes.
func isYes(typed, yes string) bool { return strings.EqualFold(strings.TrimSpace(typed), yes) }
