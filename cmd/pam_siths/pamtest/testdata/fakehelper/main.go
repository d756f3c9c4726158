// Command fakehelper plays siths-pam, well or badly, by the script that lies beside it.
//
// The file siths-pam.script has one command a line:
//
//	hello            reads the hello and saves it as siths-pam.hello
//	frame K TEXT     sends a frame
//	ask K TEXT       sends a frame and adds the frame that answers it to siths-pam.answers
//	raw HEX          sends bytes
//	times N COMMAND  does one command N times
//	drip N           sends N bytes, ten a second
//	state            saves what the process was given as siths-pam.state
//	closed           closes the socket
//	hang             stays until killed, after saving its pid as siths-pam.pid
//	count            exits with 0, next time with 1, and so on, counting in siths-pam.count
//	panic, kill, exit N
package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	exe, err := os.Executable()
	must(err)
	base := filepath.Join(filepath.Dir(exe), "siths-pam")
	script, err := os.ReadFile(base + ".script")
	must(err)
	f := fake{base: base, module: os.NewFile(3, "module")}
	for line := range strings.Lines(string(script)) {
		f.do(strings.TrimSuffix(line, "\n"))
	}
}

type fake struct {
	base   string
	module *os.File
}

func (f fake) do(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "hello":
		_, payload := f.read()
		f.save("hello", payload, 0)
	case "frame":
		f.send(rest)
	case "ask":
		f.send(rest)
		kind, payload := f.read()
		f.save("answers", fmt.Appendf(nil, "%c %q\n", kind, payload), os.O_APPEND)
	case "raw":
		b, err := hex.DecodeString(rest)
		must(err)
		f.write(b)
	case "times":
		n, command, _ := strings.Cut(rest, " ")
		for range number(n) {
			f.do(command)
		}
	case "drip":
		for range number(rest) {
			time.Sleep(100 * time.Millisecond)
			f.write([]byte("x"))
		}
	case "state":
		f.save("state", state(), 0)
	case "closed":
		must(f.module.Close())
	default:
		f.end(verb, rest)
	}
}

func (f fake) end(verb, rest string) {
	switch verb {
	case "hang":
		f.save("pid", []byte(strconv.Itoa(os.Getpid())), 0)
		for {
			_ = unix.Pause()
		}
	case "count":
		n := f.counted()
		f.save("count", []byte(strconv.Itoa(n+1)), os.O_TRUNC)
		os.Exit(n)
	case "panic":
		panic("the fake helper was told to")
	case "kill":
		must(unix.Kill(os.Getpid(), unix.SIGKILL))
	case "exit":
		os.Exit(number(rest))
	default:
		panic("unknown command " + verb)
	}
}

func (f fake) counted() int {
	b, err := os.ReadFile(f.base + ".count")
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	must(err)
	return number(string(b))
}

func (f fake) send(rest string) {
	kind, text, _ := strings.Cut(rest, " ")
	b := binary.BigEndian.AppendUint16([]byte(kind), uint16(len(text)))
	f.write(append(b, text...))
}

func (f fake) write(b []byte) {
	if _, err := f.module.Write(b); err != nil {
		os.Exit(1) // the module has had enough
	}
}

func (f fake) read() (byte, []byte) {
	var head [3]byte
	if _, err := io.ReadFull(f.module, head[:]); err != nil {
		os.Exit(1)
	}
	payload := make([]byte, binary.BigEndian.Uint16(head[1:]))
	_, err := io.ReadFull(f.module, payload)
	must(err)
	return head[0], payload
}

func (f fake) save(name string, b []byte, flag int) {
	file, err := os.OpenFile(f.base+"."+name, os.O_CREATE|os.O_WRONLY|flag, 0o644)
	must(err)
	_, err = file.Write(b)
	must(errors.Join(err, file.Close()))
}

// state is what a helper gets from the application that it should not: each as the kernel shows it.
func state() []byte {
	fds := map[string]string{}
	for fd := range 256 {
		if target, err := os.Readlink(fmt.Sprint("/proc/self/fd/", fd)); err == nil {
			kind, _, _ := strings.Cut(target, ":")
			fds[strconv.Itoa(fd)] = kind
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	cwd, err := os.Getwd()
	must(err)
	sid, err := unix.Getsid(0)
	must(err)
	ruid, euid, suid := unix.Getresuid()
	b, err := json.Marshal(map[string]any{
		"env": os.Environ(), "args": os.Args, "fds": fds, "cwd": cwd, "status": string(status),
		"sid": sid, "uids": []int{ruid, euid, suid},
	})
	must(err)
	return b
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	must(err)
	return n
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
