package policy

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// directory is a policy that asks one.
const directory = `[identity]
sources = ["accounts", "ldap"]
[identity.ldap]
uri = "ldap://dc.kommun.se"
base = "dc=kommun,dc=se"
filter = "(hsaIdentity={hsa_id})"
attribute = "uid"
`

func TestADirectoryThatIsToBeAskedNeedsItsKeys(t *testing.T) {
	mustLoad(t, filepath.Join(folder(t, "agent.toml", directory), "agent.toml"))
	for _, key := range []string{"uri", "base", "filter", "attribute"} {
		text := strings.Replace(directory, "\n"+key+" =", "\n#", 1)
		wantOneError(t, text, "identity.ldap."+key, KeyMissing, 2)
	}
	mustLoad(t, filepath.Join(folder(t, "agent.toml", strings.Replace(directory, `, "ldap"`, "", 1)), "agent.toml"))
}

func TestADirectoryIsNeverAskedInTheClear(t *testing.T) {
	wantOneError(t, directory+"start_tls = false\n", "identity.ldap.start_tls", NotAllowed, 8)
	encrypted := strings.Replace(directory, "ldap://", "ldaps://", 1)
	mustLoad(t, filepath.Join(folder(t, "agent.toml", encrypted+"start_tls = false\n"), "agent.toml"))
}

// wantOneError loads a policy that has one thing wrong with it.
func wantOneError(t *testing.T, text, key string, fault Fault, line int) {
	t.Helper()
	_, err := Load(filepath.Join(folder(t, "agent.toml", text), "agent.toml"))
	var all Errors
	if !errors.As(err, &all) || len(all) != 1 || all[0].Key != key || all[0].What != fault || all[0].Line != line {
		t.Errorf("%s: %v", key, err)
		return
	}
	if said := all[0].Error(); !strings.Contains(said, fmt.Sprintf("agent.toml:%d: %s: ", line, key)) {
		t.Errorf("the message is %q", said)
	}
}
