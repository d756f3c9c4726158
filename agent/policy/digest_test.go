package policy

import (
	"slices"
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

// The digest of files is what anybody can work out with sha256sum, as docs/audit.md says:
// printf '13:accounts.toml %s\n10:agent.toml %s\n' $(printf a | sha256sum | cut -c1-64) $(printf b | sha256sum | cut -c1-64) | sha256sum
func TestTheDigestOfFilesIsOverTheirNamesAndContentsInTheOrderOfTheNames(t *testing.T) {
	sums := sumsOf("/etc/x", []source{{"/etc/x/agent.toml", []byte("b")}, {"/etc/x/accounts.toml", []byte("a")}})
	got := DigestFiles(sums)
	if want := "918489a9eb6ddc4302ceb7c7ec850f462690a5238a53c7520ff0e0736eb5c996"; got != want {
		t.Errorf("it is %s, not %s", got, want)
	}
	slices.Reverse(sums)
	if again := DigestFiles(sums); again != got {
		t.Errorf("in another order it is %s, not %s", again, got)
	}
}

func TestNoNameOfAFilePassesForTwoFiles(t *testing.T) {
	two := sumsOf("/etc", []source{{"/etc/a.toml", nil}, {"/etc/b.toml", nil}})
	for _, sep := range []string{" ", "\n", " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n", " e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n6:"} {
		one := sumsOf("/etc", []source{{"/etc/a.toml" + sep + "b.toml", nil}})
		if DigestFiles(one) == DigestFiles(two) {
			t.Errorf("%q passes for two", one[0].Name)
		}
	}
}
