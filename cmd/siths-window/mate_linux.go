//go:build !canary_window_mate

package main

// isMate says whether a user may have this window show a page: the window's own, and root. The folder keeps others out
// before that.
func isMate(peer, own uint32) bool { return peer == 0 || peer == own }
