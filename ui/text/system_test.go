package text

import (
	"os"
	"strings"
	"testing"
)

func TestTheHelpdeskPageOfSystemsHasEveryStateReasonAndCondition(t *testing.T) {
	raw, err := os.ReadFile("../../docs/helpdesk/sso.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	wanted := map[string][]string{}
	for _, l := range langs() {
		for _, state := range strings.Fields("ready working need-pin released unreachable denied") {
			wanted[state] = append(wanted[state], SystemState(l, state))
		}
		for reason := range systemReasons() {
			if reason != "released" { // the state of the same name tells it
				wanted[reason] = append(wanted[reason], SystemReason(l, reason, ""))
			}
		}
	}
	for _, what := range strings.Fields("login user session exe package label time") {
		wanted[what] = append(wanted[what], Condition(SV, what), Condition(EN, what))
	}
	for what, words := range wanted {
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page does not quote %q", what, w)
			}
		}
	}
}
