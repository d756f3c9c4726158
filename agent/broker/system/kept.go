package system

import (
	"slices"
	"strings"

	"siths-agent/agent/policy"
)

// Kept is what is in force after Read has read a folder anew: the good files, and of those with a mistake what they said
// before. A file that is gone says nothing any more. Where the folder itself cannot be used, all of before stays.
func Kept(before, good []Source, wrong policy.Errors) []Source {
	bad := map[string]bool{}
	for _, e := range wrong {
		if !strings.HasSuffix(e.File, ".toml") {
			return before
		}
		bad[nameOf(e.File)] = true
	}
	all := slices.Clone(good)
	for _, s := range before {
		if bad[s.System.Name] {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(x, y Source) int { return strings.Compare(x.System.Name, y.System.Name) })
	return all
}
