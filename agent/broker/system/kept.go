package system

import (
	"slices"
	"strings"

	"siths-agent/agent/policy"
)

// Kept is what is in force after Load has read a folder anew: the good files, and of those with a mistake what they said
// before. A file that is gone says nothing any more. Where the folder itself cannot be used, all of before stays.
func Kept(before, good []System, wrong policy.Errors) []System {
	bad := map[string]bool{}
	for _, e := range wrong {
		if !strings.HasSuffix(e.File, ".toml") {
			return before
		}
		bad[nameOf(e.File)] = true
	}
	all := slices.Clone(good)
	for _, s := range before {
		if bad[s.Name] {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(x, y System) int { return strings.Compare(x.Name, y.Name) })
	return all
}
