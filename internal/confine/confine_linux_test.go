package confine

import (
	"os/user"
	"testing"
)

func TestAUserWhoIsNotThereIsNobodyAndNobodyIsRoot(t *testing.T) {
	for _, name := range []string{"siths-no-such-user", "root", ""} {
		if uid, gid := IDs(name); uid != nobody || gid != nobody {
			t.Errorf("%q is %d:%d", name, uid, gid)
		}
	}
	u, err := user.Lookup("daemon")
	if err != nil {
		t.Fatal(err)
	}
	if uid, gid := IDs("daemon"); u.Uid != "1" || uid != 1 || gid != 1 {
		t.Errorf("daemon is %d:%d", uid, gid)
	}
}
