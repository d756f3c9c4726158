//go:build !canary_bus_environment

package unlock

// mayChooseBus says whether the caller's environment is asked for the bus. That of a program that runs with more rights
// than its caller is not.
func mayChooseBus(privileged bool) bool { return !privileged }
