//go:build !canary_ticket_question

package child

import (
	"errors"
	"path"

	"siths-agent/agent/ticket"
)

// check says what is wrong with a question. Nothing in it can become an option, a setting or another path.
func check(q ticket.Question) error {
	w := plain()
	switch {
	case len(q.Principal) > maxPrincipal || !w.principal.MatchString(q.Principal):
		return errors.New("not a principal's name")
	case q.Realm != "" && (len(q.Realm) > maxPrincipal || !w.realm.MatchString(q.Realm)):
		return errors.New("not a realm")
	case !w.path.MatchString(q.Card) || path.Clean(q.Card) != q.Card:
		return errors.New("not a socket's path")
	case len(q.Config) == 0 || len(q.Config) > ticket.MaxConfig:
		return errors.New("not a configuration")
	case q.Timeout <= 0 || q.Lifetime < 0:
		return errors.New("a question without a time")
	}
	return nil
}
