// Package fdstore plays the part of systemd that hears what a service says and keeps descriptors for it, for tests.
package fdstore
