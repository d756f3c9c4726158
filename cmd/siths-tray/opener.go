package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"siths-agent/ui/model"
)

// opener starts the program that shows windows. Its methods may be called from any goroutine.
type opener struct {
	program string
	socket  string
	log     *slog.Logger
	ended   func() // is called once for each page that was to be opened

	mu      sync.Mutex
	running map[model.ID]int // how many of each page
}

// mostOf is how many processes there may be for one page: the window, and one that brings it to the front.
const mostOf = 2

func newOpener(socket string, log *slog.Logger, ended func()) (*opener, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	return &opener{program: filepath.Join(filepath.Dir(self), windowProgram), socket: socket, log: log, ended: ended, running: map[model.ID]int{}}, nil
}

// open shows a page, in the window that is open where there is one.
func (o *opener) open(page model.ID) {
	if !o.admit(page) {
		go o.ended()
		return
	}
	go func() {
		defer o.ended()
		defer o.done(page)
		cmd := exec.Command(o.program, o.args(page)...)
		cmd.Env, cmd.Stderr, cmd.Dir = passed(os.Environ()), os.Stderr, string(filepath.Separator)
		alone(cmd)
		if err := cmd.Run(); err != nil {
			o.log.Warn("the window has failed", "page", page, "err", err)
		}
	}()
}

func (o *opener) admit(page model.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running[page] >= mostOf {
		return false
	}
	o.running[page]++
	return true
}

func (o *opener) done(page model.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running[page]--; o.running[page] == 0 {
		delete(o.running, page)
	}
}

// args are the window's arguments.
func (o *opener) args(page model.ID) []string {
	var out []string
	if name := pageName(page); name != "" {
		out = append(out, "--page", name)
	}
	if o.socket != "" {
		out = append(out, "--socket", o.socket)
	}
	return out
}

// pageName is what the window calls a page. Without one it shows what the state calls for.
func pageName(page model.ID) string {
	switch page {
	case model.PIN:
		return "pin"
	case model.Change:
		return "change"
	case model.Unblock:
		return "unblock"
	case model.CardKnown:
		return "card"
	case model.Systems:
		return "systems"
	case model.Diagnostics:
		return "diagnostics"
	case model.About:
		return "about"
	}
	return ""
}
