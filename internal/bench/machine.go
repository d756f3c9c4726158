package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// packages are what the figures depend on beside this project.
func packages() []string {
	return []string{"pcscd", "vsmartcard-vpcd", "opensc-pkcs11", "pamtester", pamPKCS11().Package, pamP11().Package}
}

// machine describes where the figures come from.
func machine(ctx context.Context) []string {
	return []string{
		fmt.Sprintf("machine: %d cores, Linux %s, %s, load before the run %s", runtime.NumCPU(),
			firstLine("/proc/sys/kernel/osrelease"), runtime.Version(), firstLine("/proc/loadavg")),
		"packages: " + strings.Join(versions(ctx, packages()), ", "),
	}
}

// firstLine is the first line of a file, or "?" where it cannot be read.
func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "?"
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// versions asks dpkg for the version of each package.
func versions(ctx context.Context, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		text, err := exec.CommandContext(ctx, "dpkg-query", "--showformat=${Version}", "--show", name).Output()
		if err != nil {
			text = []byte("?")
		}
		out[i] = name + " " + string(text)
	}
	return out
}
