package system

import (
	"bytes"
	"os"
)

// KernelLabels says whether the kernel puts labels on programs: without a security module that does, its file is there but
// cannot be read (proc_pid_attr(5)).
func KernelLabels() bool {
	label, err := os.ReadFile("/proc/self/attr/current")
	return err == nil && len(label) > 0
}

// ownLabels is where AppArmor says whether programs that have no profile are kept from entering those of others.
const ownLabels = "/proc/sys/kernel/apparmor_restrict_unprivileged_unconfined"

// LabelsForAll says whether any program of a user can take any label: AppArmor lets who has no profile enter each
// (aa_change_profile(2)), unless the kernel keeps them from it.
func LabelsForAll() bool { return labelsForAll(ownLabels) }

func labelsForAll(file string) bool {
	kept, err := os.ReadFile(file)
	return err != nil || string(bytes.TrimSpace(kept)) != "1"
}
