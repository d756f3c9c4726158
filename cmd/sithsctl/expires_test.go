package main

import (
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

func TestStatusSaysInWordsHowSoonTheCardExpires(t *testing.T) {
	for days, want := range map[int]string{
		14: "2028-11-21. Kortet går ut om 14 dagar\n", 1: "2028-11-21. Kortet går ut om en dag\n",
		0: "2028-11-21. Kortet går ut inom ett dygn\n", 60: "om 60 dagar\n", 61: "2028-11-21\n",
	} {
		card := anna(apitype.Unlocked, 3)
		card.Holder.DaysLeft = &days
		s := newStage(t, card)
		s.vars["LANG"] = "sv_SE.UTF-8"
		for _, verb := range []string{"status", "card"} {
			s.out.Reset()
			if code := s.run(t, verb); code != exitDone || !strings.Contains(s.out.String(), want) {
				t.Errorf("%s with %d days left: exit %d, %s", verb, days, code, s.out.String())
			}
		}
	}
}
