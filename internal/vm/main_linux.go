package vm

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Machine is what the tests want of their machine.
type Machine struct {
	Copies map[string]string // programs by their paths in it; the values are their paths here. Libraries come along
	Texts  map[string]string // other files
	Boot   string            // further words of the kernel's command line
	Ready  func() error      // runs in it, before the tests
}

// startLimit is how long a machine may take beyond the time of the tests: without hardware help it starts in 5 s.
const startLimit = 2 * time.Minute

// Main runs the tests of a package in a machine of their own, and returns their exit code. It is for TestMain: it is called
// here, and once more as the first process of that machine.
func Main(m *testing.M, want Machine) int {
	if Inside() {
		return first(m, want)
	}
	flag.Parse()
	limit := flag.Lookup("test.timeout").Value.(flag.Getter).Get().(time.Duration)
	if limit == 0 {
		limit = time.Hour
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit+startLimit)
	defer cancel()
	code, err := outside(ctx, want)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vm:", err)
		return 1
	}
	return code
}

// Inside says whether this process is the first one of a machine of ours.
func Inside() bool { return os.Getpid() == 1 }

// outside makes a machine whose first program is this one, and runs it.
func outside(ctx context.Context, want Machine) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	files := tree{}
	if err := files.copy("/init", self); err != nil {
		return 0, err
	}
	for path, from := range want.Copies {
		if err := files.copy(path, from); err != nil {
			return 0, err
		}
	}
	for path, text := range want.Texts {
		files[path] = file{modeFile | 0o644, []byte(text)}
	}
	files[argsFile] = file{modeFile | 0o644, []byte(strings.Join(argsInside(), "\n"))}
	work, err := os.MkdirTemp("", "vm")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	image, err := os.Create(filepath.Join(work, "files"))
	if err != nil {
		return 0, err
	}
	if err := files.pack(image); err != nil {
		return 0, fmt.Errorf("packing files: %w", err)
	}
	if err := image.Close(); err != nil {
		return 0, err
	}
	return boot(ctx, image.Name(), want.Boot)
}

// argsInside are the flags of the tests that mean the same in the machine: those that name no files.
func argsInside() []string {
	var args []string
	flag.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "test.v", "test.run", "test.skip", "test.count", "test.shuffle", "test.timeout", "test.short", "test.failfast", "test.parallel":
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	return args
}
