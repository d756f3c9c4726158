package main

import "os"

// preferX11 has Fyne speak to the X server of a Wayland desktop that has one: a window of Wayland itself can neither ask
// for the keyboard nor stay above others. FYNE_PLATFORM is Fyne's own name for the choice, and a person's word stands.
func preferX11() {
	if os.Getenv("DISPLAY") != "" && os.Getenv("WAYLAND_DISPLAY") != "" && os.Getenv("FYNE_PLATFORM") == "" {
		_ = os.Setenv("FYNE_PLATFORM", "x11")
	}
}
