package policy

import "strings"

// applyAccounts takes over accounts.toml: HSA-id = "account", under [accounts].
func (l *Loaded) applyAccounts(s source) []problem {
	settings, problems := contents(s.data)
	refused := "" // the table that was refused last
	for _, set := range settings {
		if set.path[0] == refused && len(set.path) > 1 {
			continue
		}
		if refused = ""; set.path[0] != "accounts" {
			refused = set.path[0]
			problems = append(problems, problem{key: set.key(), line: set.line, fault: UnknownKey,
				hint: hint(set.path[0], []string{"accounts"})})
			continue
		}
		wrong := accountProblem(set)
		if wrong == nil && len(set.path) == 2 {
			l.Accounts[set.path[1]] = set.val.text
		}
		problems = append(problems, wrong...)
	}
	return problems
}

// accountProblem judges one line of accounts.toml.
func accountProblem(s setting) []problem {
	id := strings.Join(s.path[1:], ".")
	person := Key{Name: s.key(), Type: TypeString, Form: formHSAID()}
	account := Key{Name: s.key(), Type: TypeString, Form: formAccount()}
	switch {
	case len(s.path) == 1 && s.val.kind == kindTable:
		return nil
	case len(s.path) == 1:
		return []problem{{key: s.key(), line: s.line, fault: WrongType, got: s.val.shown(), allowed: same("[accounts]")}}
	case len(s.path) > 2 || !isHSAID(id):
		return []problem{{key: s.key(), line: s.line, fault: NotAllowed, got: quote(cut(id)), allowed: person.Allowed()}}
	default:
		_, wrong := account.convert(s.val)
		return wrong
	}
}
