package main

import (
	"strings"

	"siths-agent/agent/apitype"
)

// The exit codes that scripts rely on.
const (
	exitDone = iota
	exitFailed
	exitUsage
	exitUnreachable
	exitDenied
	exitNoCard
	exitPINWrong
	exitPINBlocked
	exitCert
)

// exitRow gives an exit code to one problem code, or to a family of them when code ends with a dot.
type exitRow struct {
	code string
	exit int
}

func exitTable() []exitRow {
	return []exitRow{
		{string(apitype.AgentUnreachable), exitUnreachable},
		{string(apitype.PersonWrongSession), exitDenied},
		{string(apitype.SystemDenied), exitDenied},
		{"reader.", exitNoCard},
		{"card.", exitNoCard},
		{string(apitype.PINWrong), exitPINWrong},
		{string(apitype.PINLength), exitPINWrong},
		{string(apitype.PINNeeded), exitNoCard},
		{string(apitype.PINBlocked), exitPINBlocked},
		{string(apitype.PINLastTry), exitPINBlocked},
		{string(apitype.PINSame), exitPINWrong},
		{string(apitype.PUKWrong), exitPINWrong},
		{string(apitype.PUKBlocked), exitPINBlocked},
		{"cert.", exitCert},
		{string(apitype.PersonUnmapped), exitCert},
	}
}

// exitOf returns the exit code of a problem.
func exitOf(code apitype.Code) int {
	for _, row := range exitTable() {
		family := strings.HasSuffix(row.code, ".") && strings.HasPrefix(string(code), row.code)
		if family || row.code == string(code) {
			return row.exit
		}
	}
	return unlisted()
}
