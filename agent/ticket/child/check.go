package child

import (
	"errors"
	"path"
	"regexp"

	"siths-agent/agent/ticket"
)

const maxPrincipal = 255

// words are what names are made of, none of which means anything to kinit or to a krb5.conf.
type words struct{ principal, realm, path *regexp.Regexp }

func plain() words {
	return words{
		principal: regexp.MustCompile(`^[\pL\pN_][\pL\pN._@'+/-]*$`),
		realm:     regexp.MustCompile(`^[A-Z0-9][A-Z0-9.-]*$`),
		path:      regexp.MustCompile(`^/[A-Za-z0-9._/-]+$`),
	}
}

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
