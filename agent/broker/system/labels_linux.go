package system

import "os"

// KernelLabels says whether the kernel puts labels on programs: without a security module that does, its file is there but
// cannot be read (proc_pid_attr(5)).
func KernelLabels() bool {
	label, err := os.ReadFile("/proc/self/attr/current")
	return err == nil && len(label) > 0
}
