// Package desktop is a whole desktop for tests: a screen, a session bus, a window manager and, on wish, a panel.
package desktop
