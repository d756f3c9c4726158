//go:build !canary_caller_hash

package caller

// isRoots says whether nobody but root can change a program.
func isRoots(f file) bool { return f.owner == 0 && f.mode&othersWrite == 0 }
