//go:build !canary_pin_cache

package host

// caching has OpenSC keep no PIN.
func caching() string { return "use_pin_caching = false;" }
