package kerberos

import (
	"context"
	"reflect"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// visit is one login.
type visit struct {
	k       *Keeper
	ctx     context.Context // ends with the login
	end     context.CancelFunc
	login   broker.Login
	ended   <-chan struct{} // closed by the broker when the login ends
	workers map[string]*worker
}

func newVisit(ctx context.Context, k *Keeper, l broker.Login, ended <-chan struct{}) *visit {
	v := &visit{k: k, login: l, ended: ended, workers: map[string]*worker{}}
	v.ctx, v.end = context.WithCancel(ctx)
	go func() { // nothing else is waited for when a card leaves
		select {
		case <-ended:
			v.end()
		case <-v.ctx.Done():
		}
	}()
	return v
}

// sync has a worker for each system that still has time in this login, and for no other. Nobody who asks for a ticket waits
// for one that ends, whose row may wait for the disk.
func (v *visit) sync(systems []system.System) {
	left := v.left(systems)
	for name, w := range v.workers {
		if s, there := left[name]; !there || !reflect.DeepEqual(s, w.system) {
			v.set(name, nil)
			w.leave()
		}
	}
	for name, s := range left {
		if v.workers[name] == nil {
			v.set(name, newWorker(v, s))
		}
	}
}

// left are the systems that still have time, by their names.
func (v *visit) left(systems []system.System) map[string]system.System {
	left := map[string]system.System{}
	over := map[string]bool{}
	for _, s := range v.k.o.Broker.Systems() {
		w := v.workers[s.Name]
		over[s.Name] = s.State == broker.NeedPIN && (w == nil || !w.idle.Load())
	}
	for _, s := range systems {
		if !over[s.Name] {
			left[s.Name] = s
		}
	}
	return left
}

// set changes who works for a system; nil: nobody. It is called by Keeper.Run alone, which reads them without the lock.
func (v *visit) set(name string, w *worker) {
	v.k.mu.Lock()
	defer v.k.mu.Unlock()
	if w == nil {
		delete(v.workers, name)
	} else {
		v.workers[name] = w
	}
}

// leave ends all workers and waits for them.
func (v *visit) leave() {
	v.end()
	for _, w := range v.workers {
		w.leave()
	}
}
