package neighbours

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// roleVar in the environment makes the test program somebody at the service's socket instead: the kernel tells the
// service who runs it. socketVar is the socket.
const (
	roleVar   = "SITHS_NEIGHBOUR"
	socketVar = "SITHS_AGENT_SOCKET"
)

func TestMain(m *testing.M) {
	role, ok := roles()[os.Getenv(roleVar)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(os.Getenv(socketVar), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// roles are the parts that the test program plays.
func roles() map[string]func(socket string, args []string) error {
	return map[string]func(string, []string) error{
		"crowd": crowd, "caller": caller, "impostor": impostor, "typist": typist, "numbers": numbers, "maker": maker,
	}
}

// world is a workplace with neighbours.
type world struct {
	*workplace.Workplace
	t    *testing.T
	hold func() // ends what a test has begun
}

func open(t *testing.T, p workplace.Plan) *world {
	t.Helper()
	return &world{Workplace: workplace.Open(t, p), t: t}
}

// role is the command that plays a role as a person (empty: root).
func (w *world) role(name, as string, args ...string) stack.Cmd {
	w.t.Helper()
	return stack.Cmd{Path: w.OwnProgram("neighbour"), Args: args, As: as,
		Env: []string{roleVar + "=" + name, socketVar + "=" + w.API.Socket, "GORACE=atexit_sleep_ms=0"}}
}

// play runs a role to its end and reads what it tells.
func play[T any](w *world, c stack.Cmd) T {
	w.t.Helper()
	var told T
	r, err := w.Lab.Lab.Run(w.t.Context(), c)
	w.Must(err)
	if r.Code != 0 {
		w.t.Fatalf("%v ended with %d: %s", c.Args, r.Code, r.Stderr)
	}
	w.Must(json.Unmarshal([]byte(r.Stdout), &told))
	return told
}

// etc is a file beside the policy file.
func (w *world) etc(name string) string { return filepath.Join(filepath.Dir(w.Service.Config()), name) }
