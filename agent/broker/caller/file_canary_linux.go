//go:build canary_caller_path

package caller

func isFile(file, file) bool { return true }
