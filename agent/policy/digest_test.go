package policy

import (
	"testing"
	"time"
)

func TestTheDigestChangesWithEveryKeyAndOnlyThen(t *testing.T) {
	p := Defaults("/etc/siths-agent")
	before := p.Digest()
	if again := Defaults("/etc/siths-agent").Digest(); again != before || len(before) != 64 {
		t.Errorf("%s and then %s", before, again)
	}
	for name, change := range map[string]func(*Policy){
		"retention": func(p *Policy) { p.Audit.Retention += time.Hour },
		"a list":    func(p *Policy) { p.Card.Readers = []string{"Omnikey*"} },
		"a rule":    func(p *Policy) { p.Trust.Policy = []OIDRule{{OID: "1.2.3", LoA: 3, Identity: "hsa", Carrier: "card"}} },
	} {
		changed := Defaults("/etc/siths-agent")
		if change(&changed); changed.Digest() == before {
			t.Errorf("a change of %s does not show", name)
		}
	}
}
