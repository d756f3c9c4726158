package system

// KernelLabels says whether the kernel puts labels on programs. What Windows has instead is not asked yet.
func KernelLabels() bool { return false }
