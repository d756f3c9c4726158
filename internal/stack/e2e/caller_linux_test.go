package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/internal/stack"
)

// callerSocket in the environment makes the test program a caller of the service instead: the kernel tells the service
// who runs it, so that only a process of bob's can try what bob may not do.
const callerSocket = "SITHS_E2E_SOCKET"

func TestMain(m *testing.M) {
	socket := os.Getenv(callerSocket)
	if socket == "" {
		os.Exit(m.Run())
	}
	if err := call(socket, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// call is the caller: it hands a PIN over ("pin INSERTION"), changes or unblocks it, or sends what its input holds as it is.
func call(socket string, args []string) error {
	if len(args) == 2 && args[0] == "pin" {
		return callPIN(socket, args[1])
	}
	if len(args) == 2 {
		return callCare(socket, args[0], args[1])
	}
	return callRaw(socket)
}

func callPIN(socket, insertion string) error {
	n, err := strconv.ParseUint(insertion, 10, 64)
	if err != nil {
		return err
	}
	typed, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	api := client.Client{Socket: socket}
	result, err := api.PIN(context.Background(), apitype.PINRequest{Insertion: n, LastTry: true}, typed)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

func callRaw(socket string) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	_, sent := io.Copy(conn, os.Stdin)
	_, got := io.Copy(os.Stdout, conn)
	return errors.Join(sent, got, conn.Close())
}

// caller copies the test program, once, to where everybody in the world can run it.
func (w *world) caller() string {
	w.t.Helper()
	path := w.Path("caller")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	program, err := os.ReadFile("/proc/self/exe")
	w.Must(err)
	w.Must(stack.WriteProgram(path, program))
	return path
}

// as runs the caller as somebody.
func (w *world) as(person, input string, args ...string) stack.Result {
	w.t.Helper()
	return w.Run(stack.Cmd{Path: w.caller(), Args: args, As: person, Env: []string{callerSocket + "=" + w.API.Socket},
		Stdin: strings.NewReader(input)})
}

// request is an HTTP request as it goes over the socket, after which the service closes.
func request(method, path, body string, headers ...string) string {
	lines := append([]string{method + " " + path + " HTTP/1.1", "Connection: close"}, headers...)
	lines = append(lines, "Content-Length: "+strconv.Itoa(len(body)), "", body)
	return strings.Join(lines, "\r\n")
}

// wantStatus checks the first line of an answer.
func wantStatus(t *testing.T, r stack.Result, status int) {
	t.Helper()
	if !strings.HasPrefix(r.Stdout, "HTTP/1.1 "+strconv.Itoa(status)+" ") {
		t.Errorf("want status %d, got %s", status, said(r))
	}
}
