package memscan

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// roleVar makes of the test program something else than a test.
const roleVar = "SITHS_MEMSCAN_ROLE"

func TestMain(m *testing.M) {
	play, ok := map[string]func() error{
		"watch": func() error { return ServeExitWatch(os.Stdin, os.Stdout) },
		"hold":  hold,
		"pry":   pry,
	}[os.Getenv(roleVar)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := play(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// helper is a command that plays a role.
func helper(t *testing.T, role string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVar+"="+role, "GORACE=atexit_sleep_ms=0") // else each waits a second at its end
	cmd.Stderr = os.Stderr
	return cmd
}

// printed stands in this program's file, and nowhere in what it writes.
const printed = "918273546091"

// hold keeps in memory what it is given as hexadecimal digits, until its input ends.
func hold() error {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	if _, err := hex.Decode(page[len(page)-len(line)/2:], line[:len(line)-1]); err != nil {
		return err
	}
	clear(line)
	fmt.Println("held", strings.Count(printed, "9")) // counting reads it, so that its page is there
	_, err = in.ReadByte()
	clear(page)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// pry tries what another process of the same user could to get at the memory of the one named by the first argument.
func pry() error {
	pid, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	err = ptrace(unix.PTRACE_SEIZE, pid, 0, 0)
	fmt.Println("ptrace:", err)
	for _, name := range []string{"mem", "maps", "environ", "pagemap", "auxv", "smaps"} {
		f, err := openProc(pid, name)
		if err == nil && (name == "maps" || name == "smaps") {
			_, err = f.Read(make([]byte, 1))
		}
		fmt.Printf("%s: %v\n", name, err)
	}
	return nil
}

// newCanary draws a PIN that nobody has had before.
func newCanary(t *testing.T) string {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(CanaryLen), nil))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%0*d", CanaryLen, n)
}

// names are the forms that were found, each once.
func names(hits []Hit) string {
	seen := map[string]bool{}
	var all []string
	for _, h := range hits {
		if !seen[h.Form] {
			seen[h.Form] = true
			all = append(all, h.Form)
		}
	}
	return strings.Join(all, ", ")
}
