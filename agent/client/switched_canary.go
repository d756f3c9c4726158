//go:build canary_pin_channel

package client

func isSwitched(int) bool { return true }
