//go:build !canary_window_method

package main

import "os"

// noInputMethod keeps other programs from being handed every key before the window has it, as input methods for text are.
// Whoever opens a keyboard on X asks for the one that XMODIFIERS names (XSetLocaleModifiers(3), X11); codes need none.
func noInputMethod() { _ = os.Setenv("XMODIFIERS", "@im=none") }
