package pamtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The programs under test, built once.
type built struct {
	plain     *Kit   // as shipped
	hasty     *Kit   // gives the helper one second
	sanitized *Kit   // stops at the first memory error
	fake      string // testdata/fakehelper
}

var programs built //nolint:gochecknoglobals // set once by TestMain, before any test

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pamtest")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		programs, err = buildAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func buildAll(dir string) (built, error) {
	b := built{fake: filepath.Join(dir, "fakehelper")}
	var errs [4]error
	var wg sync.WaitGroup
	wg.Go(func() { b.plain, errs[0] = buildKit(dir, "plain", Hardening()...) })
	wg.Go(func() {
		b.hasty, errs[1] = buildKit(dir, "hasty", append(Hardening(), "-DSITHS_EXCHANGE_SECONDS=1")...)
	})
	wg.Go(func() { b.sanitized, errs[2] = buildKit(dir, "sanitized", Sanitizers()...) })
	wg.Go(func() {
		if out, err := exec.Command("go", "build", "-o", b.fake, "./testdata/fakehelper").CombinedOutput(); err != nil {
			errs[3] = fmt.Errorf("building fakehelper: %w\n%s", err, out)
		}
	})
	wg.Wait()
	return b, errors.Join(errs[:]...)
}

// buildKit builds with $CPPFLAGS too, as make does.
func buildKit(dir, name string, flags ...string) (*Kit, error) {
	sub := filepath.Join(dir, name)
	if err := os.Mkdir(sub, 0o755); err != nil {
		return nil, err
	}
	return Build(sub, append(flags, strings.Fields(os.Getenv("CPPFLAGS"))...)...)
}

// service is a stack of the module alone, so that the application gets the module's own code.
const service = "siths"

// scripted installs kit's module with the fake helper, which follows the script.
func scripted(t *testing.T, kit *Kit, script ...string) *Place {
	t.Helper()
	p := kit.Place(t, programs.fake)
	write(t, p.Helper()+".script", strings.Join(script, "\n")+"\n")
	alone(t, p)
	return p
}

// alone writes the service, with options for the module.
func alone(t *testing.T, p *Place, options ...string) {
	t.Helper()
	module := "MODULE " + strings.Join(options, " ")
	p.Service(t, service, "auth required "+module, "account required "+module, "session required "+module, "password required "+module)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// wantCode runs the service once and compares what pam_authenticate returned and that nothing was disturbed.
func wantCode(t *testing.T, p *Place, want int, user string, words ...string) Outcome {
	t.Helper()
	o := Run(t, p.Driver(service, user, append(words, "auth")...))
	if got := o.Codes["auth"]; got != want {
		t.Errorf("got PAM code %d, want %d", got, want)
	}
	if len(o.Marks) > 0 {
		t.Errorf("marks on the application: %q", o.Marks)
	}
	return o
}
