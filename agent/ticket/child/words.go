package child

import "regexp"

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
