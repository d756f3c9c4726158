package main

import (
	"context"
	"os"
	"path/filepath"

	"siths-agent/agent/courier"
	"siths-agent/agent/errand"
)

// courierSocket is the name of the courier's socket in the run folder.
const courierSocket = "courier.sock"

// askCourier finds the process that has a network: the service manager's, or one that this program runs. Without one
// questions are answered with a failure, which is what a network that is down comes to as well.
func (p *program) askCourier() {
	p.courier = &courier.Client{Socket: os.Getenv("SITHS_COURIER_SOCKET")}
	if p.courier.Socket != "" {
		return
	}
	p.courier.Socket = filepath.Join(p.options.run, courierSocket)
	path, err := childProgram("siths-courier")
	if err != nil {
		p.log.Warn("nothing on the network can be asked", "error", err)
	}
	p.runs = path
}

// runCourier runs the courier, where that is for this program to do, until what it returns is called.
func (p *program) runCourier() (end func()) {
	if p.runs == "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	running, err := errand.Keep(ctx, errand.Child{User: courier.User, Program: p.runs, Socket: p.courier.Socket, Log: p.log})
	if err != nil {
		p.log.Warn("nothing on the network can be asked", "error", err)
		return cancel
	}
	return func() {
		cancel()
		<-running.Done()
	}
}
