// Package screens proves on a real desktop what staff see and do: the tray, the window, the card and the service.
package screens
