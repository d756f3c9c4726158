//go:build !canary_child_environment

package host

// environment is all that a child gets: where its settings are, and that the C library overwrites memory when it is
// freed (mallopt(3), M_PERTURB), because modules copy the PIN there. What goes into the library's cache of a thread is
// not overwritten, so there is none. Nothing of ours.
func environment() []string {
	return []string{"OPENSC_CONF=" + settingsFD, "GLIBC_TUNABLES=glibc.malloc.perturb=90:glibc.malloc.tcache_count=0",
		"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C.UTF-8"}
}
