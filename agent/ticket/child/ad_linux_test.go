package child

import (
	"testing"
	"time"

	"siths-agent/agent/ticket"
	"siths-agent/internal/lab"
	"siths-agent/internal/testpki"
)

// TestActiveDirectoryTakesTheCardByItsUPN: by the account's name and by the enterprise name, and for nobody else.
func TestActiveDirectoryTakesTheCardByItsUPN(t *testing.T) {
	t.Parallel()
	pki, err := hierarchy()
	must(t, err)
	l, err := lab.Start(t.Context(), lab.Options{Dir: t.TempDir(), PKI: pki, Parts: []lab.Part{lab.AD}})
	must(t, err)
	t.Cleanup(l.Close)
	anna, nobody := issue(t, annas()), issue(t, nameless(testpki.Ordinary))
	must(t, l.CardOnly("anna"))
	for name, enterprise := range map[string]bool{"anna": false, lab.UPN("anna"): true} {
		q := anna.question(t, l, name)
		q.Realm, q.Enterprise = lab.ADRealm, enterprise
		begun := time.Now()
		a := anna.kinit().answer(t.Context(), q)
		if a.Failure != nil || a.Principal != "anna@"+lab.ADRealm {
			t.Errorf("%s: %v, a ticket of %q", name, a.Failure, a.Principal)
		}
		t.Logf("%s took %s", name, time.Since(begun).Round(time.Millisecond))
	}
	q := anna.question(t, l, "bob")
	q.Realm = lab.ADRealm
	refused(t, anna.kinit().answer(t.Context(), q), ticket.NotMapped)
	q = nobody.question(t, l, "anna")
	q.Realm = lab.ADRealm
	refused(t, nobody.kinit().answer(t.Context(), q), ticket.NotMapped)
}
