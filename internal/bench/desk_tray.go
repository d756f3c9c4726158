package main

import (
	"context"
	"fmt"
	"time"

	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// clipman is the peer of the tray: what xfce keeps in the panel for the clipboard, in C and GTK 3.
const clipman = "xfce4-clipman"

// quietTime is how long the tray is watched while nothing happens. The goal is for a minute, which SITHS_LONG takes.
const (
	quietTime = 20 * time.Second
	longQuiet = time.Minute
)

// residentTray measures the tray while nothing happens, beside its peer. It stays for what comes after.
func (d *desk) residentTray(ctx context.Context) ([]figure, error) {
	d.tray = d.screen.StartCmd(stack.Cmd{Path: "siths-tray", Args: []string{"--socket", d.API.Socket}})
	d.screen.WaitTray()
	if err := d.withoutCard(ctx); err != nil {
		return nil, err
	}
	peer := d.screen.Start(clipman)
	defer peer.Kill()
	if err := pause(ctx, settleTime); err != nil {
		return nil, err
	}
	quiet := quietTime
	if soak.Long() {
		quiet = longQuiet
	}
	ours, err1 := ticksOf(d.tray.PID)
	theirs, err2 := ticksOf(peer.PID)
	if err := firstOf(err1, err2, pause(ctx, quiet)); err != nil {
		return nil, err
	}
	oursAfter, err1 := ticksOf(d.tray.PID)
	theirsAfter, err2 := ticksOf(peer.PID)
	resident, err3 := residentOf(d.tray.PID)
	theirResident, err4 := residentOf(peer.PID)
	size, err5 := d.fileSize("siths-tray")
	return []figure{
		{Name: "tray, memory", Unit: megabytes, Ours: number(resident), Goal: atMost(12), Peers: map[string]number{clipman: number(theirResident)}},
		{Name: "tray, file", Unit: megabytes, Ours: number(size), Goal: atMost(6)},
		{Name: "tray while nothing happens", Unit: ticks, Ours: number(oursAfter - ours), Goal: atMost(0), Peers: map[string]number{clipman: number(theirsAfter - theirs)},
			Note: fmt.Sprintf("processor time in %.0f s, a tick is 10 ms", quiet.Seconds())},
	}, firstOf(err1, err2, err3, err4, err5)
}

// ticksOf is the processor time of a process in ticks (proc_pid_stat(5): utime and stime, fields 14 and 15).
func ticksOf(pid int) (int, error) {
	var user, system int
	text := workplace.ReadIfThere(workplace.ProcFile(pid, "stat"))
	fields := statFields(text)
	if len(fields) < 13 {
		return 0, fmt.Errorf("process %d is gone", pid)
	}
	_, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	return user + system, err
}

// firstOf is the first error there is.
func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
