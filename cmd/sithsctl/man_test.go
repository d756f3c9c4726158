package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The manual page writes a hyphen that is to be typed as "\-" (groff_char(7)).
func TestTheManualPageHasEveryCommandAndExitCode(t *testing.T) {
	raw, err := os.ReadFile("../../installer/linux/man/sithsctl.1")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(string(raw), `\-`, "-")
	for _, c := range commands() {
		if !strings.Contains(page, ".TP\n.B "+c.synopsis()+"\n") {
			t.Errorf("the page lacks %q", c.synopsis())
		}
	}
	for code := exitDone; code <= exitCert; code++ {
		if !strings.Contains(page, fmt.Sprintf(".TP\n.B %d\n", code)) {
			t.Errorf("the page lacks exit code %d", code)
		}
	}
}
