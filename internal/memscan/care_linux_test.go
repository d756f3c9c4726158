package memscan

import (
	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
)

// cared is card care that fails and that works: old PINs, PUKs and new PINs leave nothing behind.
func cared(b *bench) {
	pin, puk := b.canary(), b.canary()
	b.card.Kill()
	b.AwaitPhase(apitype.NoCard)
	b.card = b.Card(b.dir, stack.CardOptions{PIN: pin, PUK: puk})
	b.AwaitPhase(apitype.NeedPIN)
	b.care("a change with a wrong PIN", "change", b.canary(), b.canary())
	fresh := b.canary()
	b.care("a change", "change", pin, fresh)
	b.care("an unblock with a wrong PUK", "unblock", b.canary(), b.canary())
	fresh = b.canary()
	b.care("an unblock", "unblock", puk, fresh)
	b.AwaitReopened()
	b.attempt("the new PIN in sithsctl", b.ctl, fresh)
	b.AwaitPhase(apitype.Unlocked)
	b.care("a change under a login, whose child lives on", "change", fresh, b.canary())
	b.relock()
	if s := b.Stat(b.card); s.Change != 2 || s.Unblock != 2 {
		b.t.Errorf("the card has counted %+v", s)
	}
}

// care has sithsctl change or unblock a PIN and looks at all that is left.
func (b *bench) care(what, verb, proof, fresh string) {
	b.t.Helper()
	p := b.ctlVerb([]string{"card", "pin", verb, "--pin-fd", "0"}, proof, fresh)
	b.types(p, proof+"\n"+fresh+"\n")
	b.endedClean(what, p)
	b.clean(what)
}
