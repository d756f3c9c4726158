//go:build canary_rights

package localapi

func rightOf(Verb, Kind) Right { return All }
