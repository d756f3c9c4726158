package agent

import (
	"reflect"
	"slices"
	"sync"
	"testing/synctest"

	"siths-agent/agent/memory"
)

// notes is a Memory without a disk.
type notes struct {
	mu    sync.Mutex
	desks []memory.Desk
	kept  [][]memory.Desk // everything that Keep was given
	err   error           // of both methods
	hang  chan struct{}   // Keep waits for it, when not nil
}

func (n *notes) Recall() ([]memory.Desk, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.desks, n.err
}

func (n *notes) Keep(desks []memory.Desk) error {
	n.mu.Lock()
	hang := n.hang
	n.mu.Unlock()
	if hang != nil {
		<-hang
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return n.err
	}
	n.desks = slices.Clone(desks)
	n.kept = append(n.kept, n.desks)
	return nil
}

func (n *notes) set(err error, hang chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err, n.hang = err, hang
}

// now is what would be recalled.
func (n *notes) now() []memory.Desk {
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.desks
}

// are compares what would be recalled.
func (n *notes) are(want ...memory.Desk) bool {
	got := n.now()
	return len(got) == 0 && len(want) == 0 || reflect.DeepEqual(got, want)
}

// deskOf is a desk of one of the two users.
func deskOf(account string, uid uint32, sessions ...string) memory.Desk {
	return memory.Desk{Account: account, UID: &uid, Sessions: sessions}
}
