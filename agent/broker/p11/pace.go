package p11

import (
	"net"
	"sync"
	"time"
)

// leaveTime is how long a frame that has begun may go on when the door has closed: no longer than a stop may take.
const leaveTime = 500 * time.Millisecond

// pace gives a connection its time, and stops it between two frames when the door closes: whoever goes on with it then,
// another service, finds the beginning of a frame. A frame that has begun gets leaveTime.
type pace struct {
	nc net.Conn

	mu      sync.Mutex
	begun   bool // a frame has, and not all of it has come
	leaving bool
}

// idle says that the next frame may take as long as it likes to begin. Nothing is to be read any more when it is not ok.
func (p *pace) idle() (ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun = false
	if !p.leaving {
		_ = p.nc.SetReadDeadline(time.Time{})
	}
	return !p.leaving
}

// begin says that a frame has begun.
func (p *pace) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun = true
	_ = p.nc.SetReadDeadline(time.Now().Add(p.frame()))
}

// answer says that an answer is about to be sent.
func (p *pace) answer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.nc.SetWriteDeadline(time.Now().Add(p.frame()))
}

// leave ends the reading at the next end of a frame.
func (p *pace) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaving = true
	soon := time.Now().Add(leaveTime)
	_ = p.nc.SetWriteDeadline(soon)
	if !p.begun {
		soon = time.Now()
	}
	_ = p.nc.SetReadDeadline(soon)
}

// stopped says whether reading was ended where a frame might have begun and has not.
func (p *pace) stopped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leaving && !p.begun
}

// frame is how long what is left of a frame, or an answer, may take. It needs the lock.
func (p *pace) frame() time.Duration {
	if p.leaving {
		return leaveTime
	}
	return frameTime
}
