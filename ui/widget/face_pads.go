package widget

import (
	"maps"
	"sync"

	"siths-agent/ui/model"
)

// pads are the fields of a conversation, one of each kind. What is typed in one stays from screen to screen. take and wipe
// may be called from any goroutine.
type pads struct {
	make func(model.Field) *Pad

	mu  sync.Mutex
	all map[model.FieldKind]*Pad
}

// of returns the pad of a field, which is made when it is wanted first.
func (p *pads) of(f model.Field) *Pad {
	p.mu.Lock()
	defer p.mu.Unlock()
	pad := p.all[f.Kind]
	if pad == nil {
		pad = p.make(f)
		p.all[f.Kind] = pad
	}
	return pad
}

// empty returns the first pad of some fields that nothing is typed in, or nil.
func (p *pads) empty(fields []model.Field) *Pad {
	for _, f := range fields {
		if pad := p.of(f); pad.Len() == 0 {
			return pad
		}
	}
	return nil
}

// typing says whether anything is typed in any pad.
func (p *pads) typing() bool {
	for _, pad := range p.list() {
		if pad.Len() > 0 {
			return true
		}
	}
	return false
}

// take empties the pad of a kind into what it returns. One that is not there is empty.
func (p *pads) take(kind model.FieldKind) []byte {
	pad := p.list()[kind]
	if pad == nil {
		return nil
	}
	return pad.Take()
}

func (p *pads) wipe() {
	for _, pad := range p.list() {
		pad.Wipe()
	}
}

// close empties all pads for good.
func (p *pads) close() {
	for _, pad := range p.list() {
		pad.Close()
	}
}

// list is a copy of what there is, to go through without a lock.
func (p *pads) list() map[model.FieldKind]*Pad {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.all)
}
