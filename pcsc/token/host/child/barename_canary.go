//go:build canary_module_folder

package child

func isBare(string) bool { return true }
