package system

import (
	"slices"
	"testing"
)

// FuzzParse feeds any file: what is taken is a system that holds to its own rules.
func FuzzParse(f *testing.F) {
	f.Add([]byte("title = 'A'\nkind = 'ssh'\n[ssh]\nmax_signatures_per_minute = 5"))
	f.Add([]byte("title = 'A'\nkind = 'tls'\ntls = {origins = ['https://a.se']}\n[caller]\nlsm_label = 'x'\nmin_tier = 3"))
	f.Add([]byte("kind = 'kerberos'\n[kerberos]\nprincipal = '{account}@A.SE'\nlifetime = '1h'"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("/x/name.toml", data)
		if err != nil {
			if s.Name != "" || err.Error() == "" {
				t.Fatalf("%+v beside %v", s, err)
			}
			return
		}
		rules := 0
		for _, there := range []bool{s.TLS != nil, s.Kerberos != nil, s.SSH != nil} {
			if there {
				rules++
			}
		}
		named := len(s.Caller.Exe) > 0 || s.Caller.Package != "" || s.Caller.Label != ""
		if rules != 1 || s.Title == "" || !slices.Contains(Kinds(), s.Kind) || !named && s.Caller.MinTier > T0 {
			t.Fatalf("%q is %+v", data, s)
		}
	})
}
