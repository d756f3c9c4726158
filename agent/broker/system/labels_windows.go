package system

// KernelLabels says whether the kernel puts labels on programs. What Windows has instead is not asked yet.
func KernelLabels() bool { return false }

// LabelsForAll says whether any program of a user can take any label. Where there are none, nobody can.
func LabelsForAll() bool { return false }

// OpenProfiles returns the profiles that keep their programs from nothing. There are none.
func OpenProfiles() []string { return nil }

// TracedByAll says whether a program can put code into others of its user. What Windows allows is not asked yet.
func TracedByAll() bool { return true }
