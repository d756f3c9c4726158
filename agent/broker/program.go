//go:build !canary_sso_program

package broker

import (
	"slices"

	"siths-agent/agent/broker/system"
)

// rightProgram says whether a program's file is one that a rule names.
func rightProgram(r system.Caller, c Caller) bool {
	return c.Exe != "" && slices.Contains(r.Exe, c.Exe)
}
