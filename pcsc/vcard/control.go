package vcard

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
)

// maxControlLine is the longest line on the control socket, in bytes.
const maxControlLine = 4096

// verb is one command of the control socket.
type verb struct {
	name string
	arg  string // what has to follow; empty: nothing
	run  func(ctx context.Context, d *Device, arg string) (answer string, err error)
}

// verbs is the table of commands.
func verbs() []verb {
	return []verb{
		{name: "insert", run: func(ctx context.Context, d *Device, _ string) (string, error) { return "", d.Insert(ctx) }},
		{name: "remove", run: func(ctx context.Context, d *Device, _ string) (string, error) { return "", d.Remove(ctx) }},
		{name: "swap", arg: "DIR", run: func(ctx context.Context, d *Device, dir string) (string, error) { return "", d.Swap(ctx, dir) }},
		{name: "fault", arg: "NAME [ARGS]", run: runFault},
		{name: "clear", run: func(_ context.Context, d *Device, _ string) (string, error) { d.Clear(); return "", nil }},
		{name: "tries", arg: triesUsage, run: runTries},
		{name: "stat", run: runStat},
		{name: "trace", arg: "on|off", run: runTrace},
	}
}

func runFault(_ context.Context, d *Device, arg string) (string, error) {
	name, rest, _ := strings.Cut(arg, " ")
	return "", d.Fault(name, strings.TrimSpace(rest))
}

// triesUsage is what follows "tries": the authentication PIN is meant when no code is named.
const triesUsage = "[auth|sign|puk|sign-puk] N"

func runTries(_ context.Context, d *Device, arg string) (string, error) {
	code, number := AuthPIN, arg
	if name, rest, named := strings.Cut(arg, " "); named {
		code, number = Code(name), strings.TrimSpace(rest)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return "", ControlError{Verb: "tries", Arg: triesUsage}
	}
	return "", d.SetTriesOf(code, n)
}

func runStat(_ context.Context, d *Device, _ string) (string, error) {
	line, err := json.Marshal(d.Stat())
	return string(line), err
}

func runTrace(_ context.Context, d *Device, arg string) (string, error) {
	if arg != "on" && arg != "off" {
		return "", ControlError{Verb: "trace", Arg: "on|off"}
	}
	d.SetTrace(arg == "on")
	return "", nil
}

// ControlError says that a line on the control socket is no command. Without a verb, the verb is unknown.
type ControlError struct{ Verb, Arg string }

// Error shows how the command, or all of them, are written.
func (e ControlError) Error() string {
	if e.Verb != "" {
		return strings.TrimSpace(fmt.Sprintf("write: %s %s", e.Verb, e.Arg))
	}
	var known []string
	for _, v := range verbs() {
		known = append(known, strings.TrimSpace(v.name+" "+v.arg))
	}
	return "unknown command; there are: " + strings.Join(known, ", ")
}

// parseControl finds the verb of a line and what follows it.
func parseControl(line string) (verb, string, error) {
	name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	arg = strings.TrimSpace(arg)
	for _, v := range verbs() {
		if v.name != name {
			continue
		}
		if (arg == "") != (v.arg == "") {
			return verb{}, "", ControlError{v.name, v.arg}
		}
		return v, arg, nil
	}
	return verb{}, "", ControlError{}
}

// Control carries out one line of the control language (insert, remove, swap DIR, fault NAME [ARGS], clear, tries [CODE] N,
// stat, trace on|off) and returns the one line that answers it, without its end: "ok", what was asked for, or
// "error: ..." with what is wrong.
func (d *Device) Control(ctx context.Context, line string) string {
	v, arg, err := parseControl(line)
	answer := ""
	if err == nil {
		answer, err = v.run(ctx, d, arg)
	}
	switch {
	case err != nil:
		return "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
	case answer == "":
		return "ok"
	}
	return answer
}

// ServeControl answers lines on every connection to the listener until ctx ends, then closes the listener and waits
// for the connections. It returns nil when ctx ended, else why accepting failed.
func (d *Device) ServeControl(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	for {
		conn, err := listener.Accept()
		if err != nil && ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return errors.Join(fmt.Errorf("accepting on the control socket: %w", err), listener.Close())
		}
		open.Go(func() { d.converse(ctx, conn) })
	}
}

func (d *Device) converse(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	lines := bufio.NewScanner(conn)
	lines.Buffer(make([]byte, 0, maxControlLine), maxControlLine)
	for lines.Scan() {
		if _, err := fmt.Fprintln(conn, d.Control(ctx, lines.Text())); err != nil {
			return
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		_, _ = fmt.Fprintf(conn, "error: a command has at most %d bytes\n", maxControlLine)
	}
}
