package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
)

// statusOf reads the fields of proc(5)'s status file. A thread that is gone has none.
func statusOf(file string) map[string]string {
	text, _ := os.ReadFile(file)
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		found[key] = strings.TrimSpace(value)
	}
	return found
}

func TestTheWindowGivesUpWhatItDoesNotNeedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	d := desktop.Open(t, stacktest.New(t, stack.Options{}), desktop.Plan{})
	p := d.Start("siths-window", "--socket", filepath.Join(t.TempDir(), "none.sock"))
	d.WaitActive("^SITHS Agent")
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.PID))
	if err != nil || len(tasks) < 2 {
		t.Fatalf("it has the threads %q, %v", tasks, err)
	}
	for _, task := range tasks {
		if s := statusOf(task); s["NoNewPrivs"] != "1" && s["State"] != "" {
			t.Errorf("%s can get new privileges", task)
		}
	}
	var st unix.Stat_t // the files of a process that is not dumpable are root's (proc(5))
	if err := unix.Stat(fmt.Sprintf("/proc/%d/mem", p.PID), &st); err != nil || st.Uid != 0 {
		t.Errorf("its memory is open to %d, %v", st.Uid, err)
	}
	d.Key("Escape")
	<-p.Done()
	kept, err := filepath.Glob(filepath.Join(d.ConfigHome(), "fyne", "*"))
	if err != nil || len(kept) > 0 {
		t.Errorf("it leaves %q, %v", kept, err)
	}
	if left, _ := filepath.Glob(filepath.Join(d.Runtime(), "siths-agent", "*.sock")); len(left) > 0 {
		t.Errorf("it leaves %q", left)
	}
}

func TestAWindowWithoutASessionBusStartsNone(t *testing.T) {
	t.Parallel()
	d := desktop.Open(t, stacktest.New(t, stack.Options{}), desktop.Plan{})
	folder, err := os.MkdirTemp("", "launch") // where the person's programs reach
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	asked := filepath.Join(folder, "asked")
	script := []byte("#!/bin/sh\n: >" + asked + "\n") // what starts a bus (dbus-launch(1))
	if err := errors.Join(os.Chmod(folder, 0o777), os.WriteFile(filepath.Join(folder, "dbus-launch"), script, 0o755)); err != nil {
		t.Fatal(err)
	}
	p := d.StartCmd(stack.Cmd{Path: "siths-window", Args: []string{"--socket", filepath.Join(folder, "none.sock")},
		Env: []string{"DBUS_SESSION_BUS_ADDRESS=", "PATH=" + folder + ":/usr/bin:/bin"}})
	d.WaitActive("^SITHS Agent")
	d.Key("Escape")
	<-p.Done()
	if _, err := os.Stat(asked); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a bus was started: %v", err)
	}
}
