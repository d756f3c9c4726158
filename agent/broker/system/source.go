package system

import (
	"slices"

	"siths-agent/agent/policy"
)

// Source is a system, and the file that says so.
type Source struct {
	System System
	File   string
	values policy.Values
}

// Systems returns what the sources say, in their order.
func Systems(sources []Source) []System {
	systems := make([]System, len(sources))
	for i, s := range sources {
		systems[i] = s.System
	}
	return systems
}

// Sums returns what stood in the sources when they were read, by the names that they have below the policy file's folder.
func Sums(sources []Source) []policy.Sum {
	sums := make([]policy.Sum, len(sources))
	for i, s := range sources {
		sums[i] = policy.Sum{Name: folderName + "/" + s.System.Name + ".toml", SHA256: s.values.Sum()}
	}
	return sums
}

// Setting is one key of a system, with its value as TOML and where it stands; the zero Origin when it is the default.
type Setting struct {
	Key   policy.Key
	Value string
	From  policy.Origin
}

// Settings returns the keys that are about the system's kind, in the order of the reference.
func (s Source) Settings() []Setting {
	v := s.values.With("caller.exe", s.System.Caller.Exe).With("session.on_removal", words(s.System.Session.OnRemoval))
	var all []Setting
	for _, k := range Keys() {
		if table := Kind(k.Section()); table != s.System.Kind && slices.Contains(Kinds(), table) {
			continue
		}
		value, from := v.Written(k.Name)
		all = append(all, Setting{k, value, from})
	}
	return all
}

// NeedsLabel says whether nobody gets anything from the system where the kernel puts no labels on programs (KernelLabels).
func (s System) NeedsLabel() bool { return s.Caller.MinTier == T2 }

// NamesServers says whether the system is good for some servers only, which the ssh-agent alone can tell: who has the card
// sign through PKCS#11 does not say for whom it is.
func (s System) NamesServers() bool { return s.SSH != nil && len(s.SSH.HostKeys) > 0 }
