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

func TestAWaylandDesktopWithAnXServerIsAskedThroughThat(t *testing.T) {
	for _, c := range []struct{ x, wayland, word, want string }{
		{":0", "wayland-0", "", "x11"}, {":0", "wayland-0", "wayland", "wayland"}, {"", "wayland-0", "", ""}, {":0", "", "", ""},
	} {
		t.Setenv("DISPLAY", c.x)
		t.Setenv("WAYLAND_DISPLAY", c.wayland)
		t.Setenv("FYNE_PLATFORM", c.word)
		preferX11()
		if got := os.Getenv("FYNE_PLATFORM"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
