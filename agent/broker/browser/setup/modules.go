package setup

import (
	"slices"
	"strings"
)

// module is one entry of NSS's list of PKCS#11 modules.
type module struct {
	Library string
	Name    string
}

// parseModules reads pkcs11.txt of an NSS database: lines "key=value", and an empty line between modules (nss/lib/sysinit
// and nss/lib/softoken/sdb write them so). What it does not know it passes over, as NSS does.
func parseModules(data []byte) []module {
	var all []module
	var at module
	flush := func() {
		if at.Name != "" {
			all = append(all, at)
		}
		at = module{}
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		line = strings.TrimRight(line, "\r")
		switch key, value, _ := strings.Cut(line, "="); {
		case line == "":
			flush()
		case key == "library":
			at.Library = value
		case key == "name":
			at.Name = value
		}
	}
	flush()
	return all
}

// has says whether a list has a module.
func has(list []module, m module) bool { return slices.Contains(list, m) }

// lost returns the modules of before that after lacks, apart from those with our name.
func lost(before, after []module) []module {
	return slices.DeleteFunc(slices.Clone(before), func(m module) bool { return m.Name == ModuleName || has(after, m) })
}
