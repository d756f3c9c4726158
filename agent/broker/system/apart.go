package system

import "slices"

// Apart says whether it can be told which of two systems a program wants something of. The virtual card tells none apart;
// the ssh-agent alone knows the server, and serves the systems that name theirs.
func Apart(x, y System) bool {
	switch {
	case !x.NamesServers() && !y.NamesServers():
		return false
	case x.Kind != SSH || y.Kind != SSH:
		return true
	}
	return x.NamesServers() && y.NamesServers() && !meet(x.SSH.HostKeys, y.SSH.HostKeys)
}

// Meeting is two systems that one program may get, that cannot be told apart, and of which one asks the person other than
// the other does: the stricter counts for both.
type Meeting struct{ Mild, Strict System }

// Meetings returns those among systems.
func Meetings(all []System) (found []Meeting) {
	for i, x := range all {
		for _, y := range all[i+1:] {
			if x.Caller.Asks() == y.Caller.Asks() || Apart(x, y) || !mayMeet(x.Caller, y.Caller) {
				continue
			}
			if slices.Index(Consents(), x.Caller.Asks()) > slices.Index(Consents(), y.Caller.Asks()) {
				x, y := y, x
				found = append(found, Meeting{x, y})
				continue
			}
			found = append(found, Meeting{x, y})
		}
	}
	return found
}

// mayMeet says whether one program may fit both rules, as far as these tell.
func mayMeet(x, y Caller) bool {
	if x.Package != "" && y.Package != "" && x.Package != y.Package {
		return false
	}
	if x.Label != "" && y.Label != "" && x.Label != y.Label {
		return false
	}
	return len(x.Exe) == 0 || len(y.Exe) == 0 || meet(x.Exe, y.Exe)
}

func meet(x, y []string) bool {
	return slices.ContainsFunc(x, func(one string) bool { return slices.Contains(y, one) })
}
