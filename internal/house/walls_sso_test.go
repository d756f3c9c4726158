package house

import "testing"

func TestTheWallsOfSingleSignOnStand(t *testing.T) {
	all := packages(t, "linux")
	const room = Module + "/agent/broker"
	for _, wall := range []wall{
		{ctl, room, "what is released is the service's to say"},
		{room + "/system", room, "a rule knows nothing of who applies it"},
		{room, room + "/p11/...", "who decides does not know who asks"},
		{room, room + "/caller", "who decides believes what it is told of a caller, and asks no kernel"},
		{room, Module + "/pcsc/token/host/...", "the card is the agent's"},
	} {
		wall.stands(t, all)
	}
}
