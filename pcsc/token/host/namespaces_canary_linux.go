//go:build canary_child_network

package host

func apart() uintptr { return 0 }
