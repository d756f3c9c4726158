//go:build canary_pin_cache

package host

func caching() string { return "use_pin_caching = true;" }
