package screens

import (
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
)

func TestOnWaylandAloneTheWindowTakesTheCode(t *testing.T) {
	w := open(t, plan{Desktop: desktop.Plan{NoManager: true, Screen: stack.Screen{Size: "640x480"}}, NoTray: true})
	env := w.d.Wayland()
	card := w.annasCard()
	w.Must(card.Insert())
	w.AwaitPhase(apitype.NeedPIN)
	w.d.Screenshot("compositor")
	w.d.StartCmd(stack.Cmd{Path: "siths-window", Args: []string{"--socket", w.Service.Socket()}, Env: env})
	w.d.WaitLight("the window")
	w.d.Screenshot("pin")
	w.enter(pin)
	w.AwaitPhase(apitype.Unlocked)
	w.d.Screenshot("logged-in")
	w.AwaitThat("the window's process to end", func() bool { return len(w.windows()) == 0 })
	w.WantVerify(card, 1)
}
