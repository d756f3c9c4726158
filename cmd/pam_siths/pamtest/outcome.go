package pamtest

import (
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The return values of Linux-PAM that tests name (security/_pam_types.h).
const (
	Success         = 0
	SystemErr       = 4
	PermDenied      = 6 // what libpam makes of a stack in which every module returns PAM_IGNORE
	AuthErr         = 7
	AuthinfoUnavail = 9
	UserUnknown     = 10
	MaxTries        = 11
	Abort           = 26
)

// Name is a return value as PAM's manuals write it.
func Name(code int) string {
	names := map[int]string{
		Success: "PAM_SUCCESS", SystemErr: "PAM_SYSTEM_ERR", PermDenied: "PAM_PERM_DENIED", AuthErr: "PAM_AUTH_ERR",
		AuthinfoUnavail: "PAM_AUTHINFO_UNAVAIL", UserUnknown: "PAM_USER_UNKNOWN", MaxTries: "PAM_MAXTRIES", Abort: "PAM_ABORT",
	}
	if name, ok := names[code]; ok {
		return name
	}
	return strconv.Itoa(code)
}

// Message is one message to the person: PAM's style and the text.
type Message struct {
	Style int
	Text  string
}

// Outcome is what the scripted application saw.
type Outcome struct {
	Codes    map[string]int // by call, the last one of each
	Messages []Message
	User     string   // PAM_USER at the end, "-" for none
	Marks    []string // what the module left behind or disturbed
	Auth     []int    // what pam_authenticate returned, each time
	Fault    string   // which call testdata/faults.c made fail
}

// Run runs a command of Driver and returns what it saw.
func Run(t testing.TB, cmd *exec.Cmd) Outcome {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w\n%s", err, exit.Stderr)
		}
		t.Fatalf("driver: %v\n%s", err, out)
	}
	return Read(string(out))
}

// Read is what the scripted application saw, by what it printed.
func Read(printed string) Outcome {
	o := Outcome{Codes: map[string]int{}}
	for line := range strings.Lines(printed) {
		o.add(strings.TrimSuffix(line, "\n"))
	}
	return o
}

func (o *Outcome) add(line string) {
	word, rest, _ := strings.Cut(line, " ")
	code, err := strconv.Atoi(rest)
	style, styleErr := strconv.Atoi(word)
	switch {
	case styleErr == nil:
		o.Messages = append(o.Messages, Message{style, rest})
	case word == "user":
		o.User = rest
	case word == "fault":
		o.Fault = rest
	case word == "this":
		// What the application prints for itself.
	case err == nil:
		o.Codes[word] = code
		if word == "auth" {
			o.Auth = append(o.Auth, code)
		}
	default:
		o.Marks = append(o.Marks, line)
	}
}
