// Package version says which version of siths-agent this is.
package version

import "runtime/debug"

// Number is the version of the product (semver.org, 2.0.0).
const Number = "0.1.0"

// String returns the version with the revision that it was built from, where the build knows it.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Number
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return Number + "+" + s.Value[:12]
		}
	}
	return Number
}
