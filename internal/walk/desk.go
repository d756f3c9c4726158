package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/ui/text"
)

// desk is the desktop that the walk was started on, and whose it is.
type desk struct {
	env     []string
	account string              // of the person, whom the training card is given to
	as      *syscall.Credential // nil: it is ours
}

// findDesk returns the desktop that an environment belongs to, or nil where there is none. Under sudo it is that of the person
// who called it, whose session bus lets nobody else in.
func findDesk(environ []string) (*desk, error) {
	getenv := func(name string) string { return valueOf(environ, name) }
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return nil, nil
	}
	d := &desk{env: environ, account: account}
	id := getenv("SUDO_UID")
	if id == "" || id == "0" {
		return d, nil
	}
	who, err := user.LookupId(id)
	if err != nil {
		return nil, fmt.Errorf("finding the desktop's person: %w", err)
	}
	return d, d.belongTo(who, getenv)
}

// valueOf returns what a variable is in an environment.
func valueOf(environ []string, name string) string {
	for _, e := range slices.Backward(environ) {
		if value, found := strings.CutPrefix(e, name+"="); found {
			return value
		}
	}
	return ""
}

// belongTo makes the desktop's programs those of a person, with what sudo leaves out of the environment.
func (d *desk) belongTo(who *user.User, getenv func(string) string) error {
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return err
	}
	d.account, d.as = who.Username, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	runtime := filepath.Join("/run/user", who.Uid) // pam_systemd(8)
	d.env = append(d.env, "HOME="+who.HomeDir, "USER="+who.Username, "LOGNAME="+who.Username, "XDG_RUNTIME_DIR="+runtime)
	if getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(runtime, "bus"))
	}
	return nil
}

// startTray starts the program in the panel, outside of the private world: only its service is the world's.
func (d *desk) startTray(socket string) (stop func(), err error) {
	program, err := filepath.Abs(filepath.Join(programs(), "siths-tray"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(program); err != nil {
		return nil, &stack.MissingError{Program: program, Remedy: "make build"}
	}
	cmd := exec.Command(program, "--socket", socket)
	cmd.Env, cmd.Dir = d.env, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: d.as}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it has no icon to show: the walk goes on, and waits for a window that does not come
	}()
	return func() {
		windows := children(cmd.Process.Pid)
		end(cmd.Process, ended)
		for _, pid := range windows {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended; what it shows is of a service that is gone
		}
	}, nil
}

// children are the processes that a process has started (proc(5), /proc/pid/task/tid/children).
func children(pid int) []int {
	lists, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "children"))
	if err != nil {
		return nil
	}
	var out []int
	for _, list := range lists {
		content, _ := os.ReadFile(list) // a thread may have ended
		for field := range strings.FieldsSeq(string(content)) {
			if child, err := strconv.Atoi(field); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}

// showTray puts the icon into the panel.
func (w *walk) showTray(context.Context) error {
	w.step(w.walk(text.WalkDesk))
	stop, err := w.desk.startTray(w.agent.Socket)
	w.stopTray = stop
	return err
}

// pause waits for a person, where there is one.
func (w *walk) pause(word text.WalkWord) func(context.Context) error {
	return func(ctx context.Context) error {
		if w.person == nil {
			return nil
		}
		w.step(w.walk(word))
		_, err := w.person.ask(ctx, "")
		return err
	}
}

// enterInWindow waits until a person has given the code in the window that the icon has opened. There is no hurry.
func (w *walk) enterInWindow(ctx context.Context) error {
	w.step(w.walk(text.WalkDeskPIN, trainingPIN))
	told := apitype.Code("")
	s, err := watch(ctx, w.agent, func(s apitype.Snapshot) bool {
		for _, p := range s.Problems {
			if p.Code != told && strings.HasPrefix(string(p.Code), "pin.") {
				told = p.Code
				w.result(w.problem(p.Code))
			}
		}
		return s.Phase == apitype.Unlocked || s.Phase == apitype.Refused
	})
	switch {
	case err != nil:
		return err
	case s.Phase == apitype.Refused:
		return &notAsPromised{word: text.WalkBlocked}
	}
	w.result(w.walk(text.WalkProof))
	w.result(w.walk(text.WalkDeskIn, s.Holder.Account))
	return nil
}
