package vm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// What the first process writes on the console: before its own lines, and after them with the exit code.
const (
	beginMark = "vm: the tests begin"
	endMark   = "vm: the tests ended with "
)

// kernelFile is where `make setup` puts the kernel, below the folder of the programs.
const kernelFile = "lab/kernel/vmlinuz"

var errNoEnd = errors.New("the machine ended before its tests")

// boot runs a machine without network and disks until it ends, and passes on what its tests write.
func boot(ctx context.Context, files, words string) (int, error) {
	kernel, err := kernelAt()
	if err != nil {
		return 0, err
	}
	// TCG is slow and there everywhere; what KVM can do differs from machine to machine.
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-display", "none",
		"-nodefaults", "-no-user-config", "-no-reboot", "-serial", "stdio", "-kernel", kernel, "-initrd", files,
		"-append", "console=ttyS0 quiet panic=-1 norandmaps "+words)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	var told bytes.Buffer
	cmd.Stderr = &told
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("starting the machine: %w", err)
	}
	code, rest, err := relay(out)
	if err = errors.Join(err, cmd.Wait()); err != nil {
		return 0, fmt.Errorf("running the machine: %w: %s%s", err, told.Bytes(), rest)
	}
	return code, nil
}

// relay passes on what is written between the marks, and returns the exit code after the second one. What else there is on
// the console comes back for who looks for a fault.
func relay(console io.Reader) (code int, other string, err error) {
	lines := bufio.NewScanner(console)
	lines.Buffer(nil, 1<<20)
	begun, code := false, -1
	var rest strings.Builder
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r") // a terminal's end of a line
		before, number, end := strings.Cut(line, endMark)
		switch {
		case !begun:
			begun = strings.HasSuffix(line, beginMark)
			rest.WriteString(line + "\n")
		case end:
			fmt.Print(before)
			if code, err = strconv.Atoi(number); err != nil {
				return 0, rest.String(), err
			}
		case code < 0:
			fmt.Println(line)
		}
	}
	if code < 0 {
		err = errNoEnd
	}
	return code, rest.String(), errors.Join(err, lines.Err())
}

// kernelAt finds the kernel from the working folder upwards.
func kernelAt() (string, error) {
	bin := os.Getenv("SITHS_BIN")
	for dir, err := os.Getwd(); bin == "" && err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if isThere(filepath.Join(dir, "go.mod")) {
			bin = filepath.Join(dir, "bin")
		}
	}
	kernel := filepath.Join(bin, kernelFile)
	if !isThere(kernel) {
		return "", fmt.Errorf("%s is missing: run `installer/linux/get-kernel.sh %s`", kernel, filepath.Dir(kernel))
	}
	return kernel, nil
}
