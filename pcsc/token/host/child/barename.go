//go:build !canary_module_folder

package child

import "path/filepath"

// isBare says whether a module's name leads to no other folder than the one that it is looked for in.
func isBare(name string) bool { return name == filepath.Base(name) }
