package pamfuzz

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Linux-PAM's number of success (_pam_types.h).
const success = 0

// module is the harness, which lives through many cases.
type module struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *bytes.Buffer
}

// build compiles the module with the sanitizers and starts it.
func build(tb testing.TB) *module {
	tb.Helper()
	program := filepath.Join(tb.TempDir(), "harness")
	out, err := exec.Command("gcc", "-std=c11", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Werror", "-fno-omit-frame-pointer",
		"-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", program, "testdata/harness.c").CombinedOutput()
	if err != nil {
		tb.Fatalf("building the harness: %v\n%s", err, out)
	}
	m := &module{cmd: exec.Command(program), stderr: &bytes.Buffer{}}
	m.cmd.Env = append(os.Environ(), "ASAN_OPTIONS=detect_leaks=1:exitcode=99")
	m.cmd.Stderr = m.stderr
	stdin, err1 := m.cmd.StdinPipe()
	stdout, err2 := m.cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		tb.Fatal(err1, err2)
	}
	if err := m.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	m.in, m.out = stdin, bufio.NewReader(stdout)
	tb.Cleanup(func() { m.end(tb) })
	return m
}

// end checks that the module has leaked nothing in all its cases.
func (m *module) end(tb testing.TB) {
	_ = m.in.Close()
	if err := m.cmd.Wait(); err != nil {
		tb.Errorf("the module ended with %v:\n%s", err, m.stderr)
	}
}

// scene is one case.
type scene struct {
	options, user, typed string
	cancels              bool
	said                 []byte // by the helper
}

// ask returns the module's code and the user that it leaves.
func (m *module) ask(s scene) (code int, user string, err error) {
	var b []byte
	cancels := []byte{0}
	if s.cancels {
		cancels[0] = 1
	}
	for _, part := range [][]byte{[]byte(s.options), []byte(s.user), []byte(s.typed), cancels, s.said} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
	}
	if _, err := m.in.Write(b); err != nil {
		return 0, "", err
	}
	var n int
	if _, err := fmt.Fscanf(m.out, "%d %d:", &code, &n); err != nil {
		return 0, "", err
	}
	name := make([]byte, n+1) // and the end of the line
	_, err = io.ReadFull(m.out, name)
	return code, string(name[:n]), err
}

// proves says whether what the helper said proves an account, read another way than the module reads it: whole frames,
// the last of them a success, and none after it.
func proves(said []byte) (account string, ok bool) {
	for frames := 0; len(said) >= 3 && frames < 16; frames++ {
		kind, size := said[0], int(binary.BigEndian.Uint16(said[1:]))
		if len(said) < 3+size || size > 1024 {
			return "", false
		}
		text := string(said[3 : 3+size])
		said = said[3+size:]
		switch {
		case strings.Contains(text, "\x00"):
			return "", false
		case kind == 'R':
			return strings.TrimPrefix(text, "S"), strings.HasPrefix(text, "S") && len(said) == 0
		case kind < '1' || kind > '4':
			return "", false
		}
	}
	return "", false
}

func frames(kindsAndTexts ...string) []byte {
	var b []byte
	for i := 0; i < len(kindsAndTexts); i += 2 {
		text := kindsAndTexts[i+1]
		b = append(binary.BigEndian.AppendUint16(append(b, kindsAndTexts[i]...), uint16(len(text))), text...)
	}
	return b
}

func seeds() []scene {
	proof := frames("1", "PIN: ", "R", "Sanna")
	return []scene{
		{user: "anna", typed: "482913", said: proof},
		{user: "bob", typed: "482913", said: proof},
		{options: "user=card", typed: "482913", said: proof},
		{options: "wait=600\x00socket=/run/x\x00user=card", user: "anna", said: frames("4", "två", "3", "fel %s%n", "2", "ja? ", "R", "A")},
		{user: "anna", cancels: true, said: frames("1", "PIN: ", "R", "I")},
		{user: "anna", said: append(proof, 'R')},
		{user: "anna", said: frames("R", "S"+strings.Repeat("a", 300))},
		{user: "anna", said: []byte{'1', 0xff, 0xff}},
		{user: "ro\not", said: frames("R", "Sro\not")},
		{options: "wait=99999999999999999999", user: "anna", said: proof},
	}
}

func TestTheHarnessLetsInWhomTheHelperProves(t *testing.T) {
	t.Parallel()
	m := build(t)
	for i, want := range []bool{true, false, true, false, false, false, false, false, false, false} {
		code, _, err := m.ask(seeds()[i])
		if err != nil || (code == success) != want {
			t.Errorf("%+v: PAM code %d, %v", seeds()[i], code, err)
		}
	}
}

// FuzzModule lets helper, application and administrator say anything: no memory is misused, and nobody is let in but
// the account that a whole proof names.
func FuzzModule(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s.options, s.user, s.typed, s.cancels, s.said)
	}
	m := build(f)
	f.Fuzz(func(t *testing.T, options, user, typed string, cancels bool, said []byte) {
		if len(options)+len(user)+len(typed)+len(said) > 1<<15 || strings.Contains(user+typed, "\x00") {
			return // no C string, or more than the socket of the harness holds
		}
		code, left, err := m.ask(scene{options, user, typed, cancels, said})
		if err != nil {
			_ = m.cmd.Wait()
			t.Fatalf("the module died: %v\n%s", err, m.stderr)
		}
		if code != success {
			return
		}
		account, ok := proves(said)
		if !ok || account != left || user != "" && user != account {
			t.Errorf("user %q was let in as %q by %q", user, left, said)
		}
	})
}
