//go:build !canary_secret_wipe

package secret

import "runtime"

// Wipe overwrites p with zeros.
//
//go:noinline
func Wipe(p []byte) {
	clear(p)
	runtime.KeepAlive(p)
}
