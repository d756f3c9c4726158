package main

import (
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/health"
	"siths-agent/internal/stack/desktop"
	"siths-agent/ui/text"
)

func TestACardThatExpiresIsToldOfAndLeadsToItsPage(t *testing.T) {
	s, st := staged(t, desktop.Plan{})
	s.start()
	open := needPIN(1, "Anna Test")
	open.Phase, open.Holder.DaysLeft = apitype.Unlocked, new(14)
	open.Problems = []apitype.Problem{health.Problem(apitype.CertExpiresSoon, "")}
	st.show(open)
	n := s.WaitNotice("of a card that expires", func(n desktop.Notice) bool { return n.Summary == text.Expires(text.SV, 14) })
	if strings.Contains(n.Summary+n.Body, "Anna") || n.Body == "" {
		t.Errorf("the notification is %+v", n)
	}
	s.WaitBubble()
	s.Screenshot("expires")
	s.Click(952, 122) // its only button, in the upper right of the screen
	if w := s.opened(); !slices.Contains(w.Args, "card") {
		t.Errorf("the window is started with %q", w.Args)
	}
}
