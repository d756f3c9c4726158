package child

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"siths-agent/agent/courier"
	"siths-agent/internal/directorylab"
)

// privateVariable has the test program be the one that asks, in a world of its own. It names a folder.
const privateVariable = "TEST_COURIER_PRIVATE"

func TestActiveDirectoryAnswersAPasswordAndTheMachinesKeytab(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(privateVariable); dir != "" {
		askActiveDirectory(t, dir)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := directorylab.Private(t.Context(), dir, self, "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), privateVariable+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("the test in its own world: %v", err)
	}
	t.Logf("%s", out)
}

// askActiveDirectory makes a domain in the folder, and asks it in every way that policy knows.
func askActiveDirectory(t *testing.T, dir string) {
	authority, err := directorylab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	samba, err := directorylab.NewSamba(t.Context(), dir, authority,
		directorylab.Person{HSAIDs: []string{annasID}, Accounts: []string{"anna"}, Mappings: []string{"X509:<I>C=SE<SR>01"}},
		directorylab.Person{HSAIDs: []string{bobsID}, Accounts: []string{"bob"}},
		directorylab.Person{HSAIDs: []string{bobsID}, Accounts: []string{"bert"}})
	if err != nil {
		t.Fatal(err)
	}
	defer samba.Stop()
	password := courier.Bind{DN: directorylab.SambaReader, Password: []byte(directorylab.SambaPassword)}
	keytab := courier.Bind{Keytab: samba.Keytab, Krb5Conf: samba.Krb5Conf}
	for name, c := range map[string]struct {
		uri  string
		bind courier.Bind
	}{
		"LDAPS, password": {"ldaps://" + directorylab.SambaHost, password}, "StartTLS, password": {"ldap://" + directorylab.SambaHost, password},
		"LDAPS, keytab": {"ldaps://" + directorylab.SambaHost, keytab}, "StartTLS, keytab": {"ldap://" + directorylab.SambaHost, keytab},
	} {
		wantAnna(t, name, inDomain(c.uri, annasID, c.bind, authority))
		a, err := search(t.Context(), inDomain(c.uri, bobsID, c.bind, authority))
		if err != nil || !a.Truncated {
			t.Errorf("%s: two entries give %+v, %v", name, a, err)
		}
	}
	wantRefusedBinds(t, keytab, authority)
}

// inDomain is a question to the domain about one person.
func inDomain(uri, id string, bind courier.Bind, a *directorylab.Authority) courier.Search {
	return courier.Search{
		URI: uri, StartTLS: true, CA: a.PEM(), Bind: bind, Base: directorylab.SambaBase, Limit: 1,
		Filter:     strings.ReplaceAll(directorylab.SambaFilter, "{hsa_id}", id),
		Attributes: []string{"employeeNumber", directorylab.SambaAccount, "altSecurityIdentities"},
	}
}

func wantAnna(t *testing.T, name string, q courier.Search) {
	t.Helper()
	begun := time.Now()
	a, err := search(t.Context(), q)
	if err != nil || len(a.Entries) != 1 || a.Truncated {
		t.Errorf("%s: %+v, %v", name, a, err)
		return
	}
	t.Logf("%s took %s", name, time.Since(begun).Round(time.Millisecond))
	v := a.Entries[0].Values
	if string(v["employeeNumber"][0]) != annasID || string(v[directorylab.SambaAccount][0]) != "anna" || len(v["altSecurityIdentities"]) != 1 {
		t.Errorf("%s: the entry is %q", name, v)
	}
}

// wantRefusedBinds checks that who cannot prove who asks gets nothing, and in time.
func wantRefusedBinds(t *testing.T, keytab courier.Bind, a *directorylab.Authority) {
	t.Helper()
	uri := "ldaps://" + directorylab.SambaHost
	wrong := courier.Bind{DN: directorylab.SambaReader, Password: []byte("wrong")}
	stranger, nowhere := keytab, keytab
	stranger.Principal, stranger.Realm = "pc18$", directorylab.SambaRealm
	nowhere.Krb5Conf = []byte("[realms]\n" + directorylab.SambaRealm + " = {\n kdc = 127.0.0.1:1\n}\n")
	for name, c := range map[string]struct {
		bind courier.Bind
		want courier.Reason
	}{
		"a wrong password": {wrong, courier.Denied}, "a machine that is not in the keytab": {stranger, courier.Denied},
		"a KDC that is not there": {nowhere, courier.Unreachable},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		answer, err := search(ctx, inDomain(uri, annasID, c.bind, a))
		cancel()
		wantReason(t, name, answer, err, c.want)
	}
}
