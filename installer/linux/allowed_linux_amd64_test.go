package linux

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func numbers(text string) []uint32 {
	var list []uint32
	for _, word := range strings.Fields(text) {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			panic(err)
		}
		list = append(list, uint32(n))
	}
	return list
}

// allowed are the numbers of the address families and of the system calls that a unit allows. Its SystemCallFilter= lines
// count in order: a line adds what it names, one that begins with ~ takes it away (systemd.exec(5)).
func allowed(t *testing.T, file string) string {
	t.Helper()
	var families []string
	for _, name := range strings.Fields(strings.Join(unit(t, file)["RestrictAddressFamilies"], " ")) {
		families = append(families, map[string]string{"AF_UNIX": "1", "AF_INET": "2", "AF_INET6": "10", "AF_NETLINK": "16"}[name])
	}
	return strings.Join(families, " ") + ";" + allowedCalls(t, file)
}

func allowedCalls(t *testing.T, file string) string {
	t.Helper()
	allowed := map[string]bool{}
	for _, line := range unit(t, file)["SystemCallFilter"] {
		names, denied := strings.CutPrefix(line, "~")
		for _, name := range strings.Fields(names) {
			for _, call := range expand(t, name) {
				allowed[call] = !denied
			}
		}
	}
	var numbers []string
	for call, number := range callNumbers(t) {
		if allowed[call] {
			numbers = append(numbers, number)
		}
	}
	if len(numbers) < 100 {
		t.Fatalf("only %d system calls are allowed", len(numbers))
	}
	slices.Sort(numbers)
	return strings.Join(numbers, " ")
}

// expand lists the system calls of a group of systemd's, with those of the groups in it.
func expand(t *testing.T, name string) []string {
	t.Helper()
	if !strings.HasPrefix(name, "@") {
		return []string{name}
	}
	var calls []string
	for line := range strings.Lines(run(t, "systemd-analyze", "syscall-filter", name)) {
		member := strings.TrimSpace(line)
		if strings.HasPrefix(line, "    ") && !strings.HasPrefix(member, "#") && member != "" {
			calls = append(calls, expand(t, member)...)
		}
	}
	return calls
}

// callNumbers reads the kernel's own table.
func callNumbers(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
	if err != nil {
		t.Fatalf("apt-get install linux-libc-dev: %v", err)
	}
	numbers := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^#define __NR_(\w+)\s+(\d+)$`).FindAllStringSubmatch(string(text), -1) {
		numbers[m[1]] = m[2]
	}
	return numbers
}
