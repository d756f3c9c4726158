package child

import (
	"encoding/pem"
	"fmt"
	"strings"

	"siths-agent/agent/ticket"
)

// settings go before the question's configuration (krb5.conf(5)): the card's issuers are known, so that a certificate has
// its chain without a file of theirs on every machine; of the certificates on the card, the one that is no authority's is
// used, unless the configuration has rules of its own; and no key is made of a password.
func settings(q ticket.Question, r room) []byte {
	pool := ""
	if len(q.Issuers) > 0 {
		pool = fmt.Sprintf(" pkinit_pool = FILE:%s\n", r.path(issuers))
	}
	text := "[libdefaults]\n pkinit_cert_match = <KU>digitalSignature\n" + pool
	if realm := realmOf(q); realm != "" {
		text += fmt.Sprintf("[realms]\n %s = {\n%s disable_encrypted_timestamp = true\n }\n", realm, pool)
	}
	return []byte(text)
}

// realmOf is the realm that a question names.
func realmOf(q ticket.Question) string {
	if _, realm, found := strings.Cut(q.Principal, "@"); q.Realm == "" && found && !q.Enterprise && plain().realm.MatchString(realm) {
		return realm
	}
	return q.Realm
}

func pemOf(certs [][]byte) []byte {
	var all []byte
	for _, der := range certs {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return all
}
