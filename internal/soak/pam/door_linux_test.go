package pam

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"siths-agent/agent/audit"
	"siths-agent/cmd/pam_siths/pamtest"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

const (
	pin      = workplace.PIN
	wrongPIN = workplace.WrongPIN
)

// impostorSocket in the environment makes the test program a server there: only a process of another user can show
// whether clients ask who serves a socket before they say anything.
const impostorSocket = "SITHS_PAM_IMPOSTOR"

// kits are the builds of the module, each made by the first test that needs it.
type kits struct {
	plain, sanitized, soft, bare func() (*pamtest.Kit, error)
	fake                         func() (string, error)
}

var programs kits //nolint:gochecknoglobals // set once by TestMain, before any test

func TestMain(m *testing.M) {
	if socket := os.Getenv(impostorSocket); socket != "" {
		fmt.Fprintln(os.Stderr, impersonate(socket))
		os.Exit(1)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "soakpam")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	programs = kits{
		plain:     kit(dir, "plain", pamtest.Hardening()...),
		sanitized: kit(dir, "sanitized", pamtest.Sanitizers()...),
		soft:      kit(dir, "soft", append(pamtest.Hardening(), "-DPLAIN_HEAP")...),
		bare:      kit(dir, "bare", "-O1", "-DPLAIN_HEAP", "-rdynamic"),
		fake: sync.OnceValues(func() (string, error) {
			path := filepath.Join(dir, "fakehelper")
			out, err := exec.Command("go", "build", "-o", path, "siths-agent/cmd/pam_siths/pamtest/testdata/fakehelper").CombinedOutput()
			if err != nil {
				err = fmt.Errorf("building fakehelper: %w\n%s", err, out)
			}
			return path, err
		}),
	}
	return m.Run()
}

func kit(dir, name string, flags ...string) func() (*pamtest.Kit, error) {
	return sync.OnceValues(func() (*pamtest.Kit, error) {
		sub := filepath.Join(dir, name)
		if err := os.Mkdir(sub, 0o755); err != nil {
			return nil, err
		}
		return pamtest.Build(sub, flags...)
	})
}

// service is a stack of the module alone, so that the application gets the module's own code.
const service = "siths"

// door is a workplace with the module and an application that asks it.
type door struct {
	*workplace.Workplace
	place *pamtest.Place
	given int // right PINs that the test itself gave, beside the module
	t     *testing.T
}

// open makes a workplace whose people are the usual ones and one whose number is beyond what a signed int holds.
func open(t *testing.T, p workplace.Plan) *door {
	t.Helper()
	p.Lab.People = append(stack.DefaultPeople(), stack.Person{Name: "high", UID: 3_000_000_000})
	w := workplace.Open(t, p)
	return &door{Workplace: w, place: realPlace(t, w.Lab.Lab), t: t}
}

// realPlace is the module with the helper that is shipped.
func realPlace(t *testing.T, l *stack.Lab) *pamtest.Place {
	t.Helper()
	helper, err := l.Program("siths-pam")
	if err != nil {
		t.Fatal(err)
	}
	return placed(t, programs.plain, helper)
}

func placed(t *testing.T, build func() (*pamtest.Kit, error), helper string) *pamtest.Place {
	t.Helper()
	k, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return k.Place(t, helper)
}

// count counts the rows of an event in the audit log.
func (d *door) count(event audit.Event) int {
	d.t.Helper()
	n := 0
	for _, row := range d.Rows() {
		if row.Event == event {
			n++
		}
	}
	return n
}

// write writes a service whose module asks at socket.
func write(t testing.TB, p *pamtest.Place, name, socket string, lines ...string) {
	t.Helper()
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "MODULE", "MODULE socket="+socket)
	p.Service(t, name, text)
}
