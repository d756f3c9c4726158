package main

import (
	"os"
	"testing"
)

func TestNoInputMethodIsHandedTheKeys(t *testing.T) {
	for _, of := range []string{"@im=ibus", "", "@im=fcitx"} {
		t.Setenv("XMODIFIERS", of)
		noInputMethod()
		if got := os.Getenv("XMODIFIERS"); got != "@im=none" {
			t.Errorf("the keys go to %q", got)
		}
	}
}
