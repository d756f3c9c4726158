package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// WriteSystems writes what an agent's systems.d has to say of the parts that were asked for: a file each, of the same
// name. It makes dir if it is not there.
func (l *Lab) WriteSystems(dir string) error {
	errs := os.MkdirAll(dir, 0o755)
	for part, text := range l.systems() {
		if l.has(part) {
			errs = errors.Join(errs, os.WriteFile(filepath.Join(dir, string(part)+".toml"), []byte(text), 0o644))
		}
	}
	return errs
}

// systems are the files. Any program of the person may use the web servers' grants and ssh's, so that tools can be tried.
func (l *Lab) systems() map[Part]string {
	const tls = "title = %q\nkind = \"tls\"\n\n[caller]\nmin_tier = 0\n\n[session]\non_removal = [\"netservice\"]\n\n[tls]\norigins = [\"https://%s:%d\"]\nmax_signatures_per_minute = 1000\n"
	const kerberos = "title = %q\nkind = \"kerberos\"\n\n[kerberos]\nrealm = %q\n%sconfig = %q\n"
	return map[Part]string{
		Web:     fmt.Sprintf(tls, "Lab's web server", App, l.Ports[Web]),
		Strict:  fmt.Sprintf(tls, "Lab's strict web server", App, l.Ports[Strict]),
		Nginx:   fmt.Sprintf(tls, "Lab's nginx", App, l.Ports[Nginx]),
		HAProxy: fmt.Sprintf(tls, "Lab's HAProxy", App, l.Ports[HAProxy]),
		KDC:     fmt.Sprintf(kerberos, "Lab's Kerberos", Realm, fmt.Sprintf("servers = [%q]\n", App), l.Krb5Conf()),
		AD:      fmt.Sprintf(kerberos, "Lab's Active Directory", ADRealm, "enterprise = true\n", l.Krb5Conf()),
		SSH:     "title = \"Lab's shell\"\nkind = \"ssh\"\n\n[caller]\nmin_tier = 0\n\n[ssh]\nmax_signatures_per_minute = 60\n",
	}
}
