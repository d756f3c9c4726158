package child

import (
	"testing"
	"time"

	"siths-agent/agent/courier"

	"github.com/jcmturner/gokrb5/v8/keytab"
)

// aes256 is aes256-cts-hmac-sha1-96 (RFC 3962, section 7).
const aes256 = 18

// keytabOf is a keytab of these principals.
func keytabOf(t *testing.T, principals ...string) []byte {
	t.Helper()
	keys := keytab.New()
	for _, name := range principals {
		if err := keys.AddEntry(name, "KOMMUN.TEST", "password", time.Unix(0, 0), 1, aes256); err != nil {
			t.Fatal(err)
		}
	}
	text, err := keys.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheMachineIsFoundInItsKeytab(t *testing.T) {
	for want, principals := range map[string][]string{
		"PC17$": {"HTTP/pc17.kommun.test", "host/pc17.kommun.test", "PC17$"}, "host/pc17.kommun.test": {"nfs/pc17.kommun.test", "host/pc17.kommun.test", "host/pc17"},
		"reader": {"PC17$", "reader"},
	} {
		b := courier.Bind{Keytab: keytabOf(t, principals...)}
		if want == "reader" {
			b.Principal, b.Realm = "reader", "KOMMUN.TEST"
		}
		who, err := kerberosClient(b)
		if err != nil {
			t.Errorf("%v: %v", principals, err)
			continue
		}
		c := who.Credentials
		if c.CName().PrincipalNameString() != want || c.Realm() != "KOMMUN.TEST" {
			t.Errorf("%v gives %s of %s", principals, c.CName().PrincipalNameString(), c.Realm())
		}
		if conf := who.Config.LibDefaults; conf.DefaultRealm != "KOMMUN.TEST" || !conf.DNSLookupKDC || conf.UDPPreferenceLimit != 1 {
			t.Errorf("%v: the configuration is %+v", principals, conf)
		}
	}
	if _, err := kerberosClient(courier.Bind{Keytab: keytabOf(t, "HTTP/pc17.kommun.test")}); err == nil {
		t.Error("a keytab without the machine is taken")
	}
}

func TestTheKDCsOfKrb5ConfAreUsedWhereItNamesThem(t *testing.T) {
	conf, err := kerberosConfig("includedir /etc/krb5.conf.d/\n[libdefaults]\ndns_lookup_kdc = false\n[realms]\nKOMMUN.TEST = {\n kdc = dc1.kommun.test\n}\n", "KOMMUN.TEST")
	if err != nil || conf.LibDefaults.DNSLookupKDC || !knowsRealm(conf, "KOMMUN.TEST") || knowsRealm(conf, "OTHER.TEST") {
		t.Errorf("%+v, %v", conf, err)
	}
}
