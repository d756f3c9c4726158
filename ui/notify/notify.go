// Package notify shows the notifications that the rules of the panel ask for, where the desktop has a place for them.
package notify

import (
	"log/slog"
	"sync"

	"siths-agent/ui/resident"
)

// Notifier keeps what is to be shown of each kind until the desktop has taken it. New makes one.
type Notifier struct {
	log     *slog.Logger
	clicked func(resident.Kind)
	ready   chan struct{} // has one when something is wanted

	mu     sync.Mutex
	wanted map[resident.Kind]wish
}

// wish is what is to be done with the notification of a kind: to show one, or, where there is none, to take it back.
type wish struct{ notice *resident.Notice }

// New returns a notifier that does nothing until Run. clicked is told, from one goroutine, which notification a person chose.
func New(log *slog.Logger, clicked func(resident.Kind)) *Notifier {
	return &Notifier{log: log, clicked: clicked, ready: make(chan struct{}, 1), wanted: map[resident.Kind]wish{}}
}

// Show has a notification shown, in place of the one of its kind. It waits for nobody.
func (n *Notifier) Show(notice resident.Notice) { n.want(notice.Kind, wish{&notice}) }

// Withdraw takes the notification of a kind back, whether it was shown already or not. It waits for nobody.
func (n *Notifier) Withdraw(k resident.Kind) { n.want(k, wish{}) }

func (n *Notifier) want(k resident.Kind, w wish) {
	n.mu.Lock()
	n.wanted[k] = w
	n.mu.Unlock()
	n.remind()
}

// remind wakes Run.
func (n *Notifier) remind() {
	select {
	case n.ready <- struct{}{}:
	default: // it has not looked yet
	}
}

// take returns everything that is wanted.
func (n *Notifier) take() map[resident.Kind]wish {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.wanted
	n.wanted = map[resident.Kind]wish{}
	return all
}

// wants says whether there is something to show or to take back.
func (n *Notifier) wants() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.wanted) > 0
}

// giveBack keeps a wish for later, where nothing newer has come.
func (n *Notifier) giveBack(k resident.Kind, w wish) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, newer := n.wanted[k]; !newer {
		n.wanted[k] = w
	}
}
