//go:build !canary_p11_go_on

package p11

import "siths-agent/agent/broker"

// goOn takes a connection up where the service before this one has left it. The program is looked up anew, and has to be the
// one that it was; its sessions are over, as after a removal, and their numbers are no other session's.
func (c *conn) goOn(left note, pid int32) {
	if left.start != 0 {
		c.who = broker.Caller{PID: pid, Start: left.start, Image: left.image}
	}
	c.last = left.sessions
	c.seen = make(chan struct{}) // whatever card it was told of, it is another one now
}
