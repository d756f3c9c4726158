//go:build !canary_caller_path

package caller

// isFile says whether the file at a path here is the one that runs. In a container, or after an upgrade, the same path
// is another file.
func isFile(here, runs file) bool { return here.image == runs.image }
