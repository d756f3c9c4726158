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

// sync has a worker for each system that still has time in this login, and for no other.
func (v *visit) sync(systems []system.System) {
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
	for name, w := range v.workers {
		if s, there := left[name]; !there || !reflect.DeepEqual(s, w.system) {
			w.leave()
			delete(v.workers, name)
		}
	}
	for name, s := range left {
		if v.workers[name] == nil {
			v.workers[name] = newWorker(v, s)
		}
	}
}

// leave ends all workers and waits for them.
func (v *visit) leave() {
	v.end()
	for _, w := range v.workers {
		w.leave()
	}
}
