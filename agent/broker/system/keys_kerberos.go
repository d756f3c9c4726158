package system

import "siths-agent/agent/policy"

func kerberosKeys() []policy.Key {
	return []policy.Key{{
		Name: "kerberos.realm", Type: policy.TypeString, Since: first, Default: `""`, Optional: true, Form: realm(),
		Doc: policy.Text{
			SV: "Kerberosområdet, i versaler. Tomt: det som config har som standard.",
			EN: "The realm, in capital letters. Empty: the default of config."},
	}, {
		Name: "kerberos.principal", Type: policy.TypeString, Since: first, Default: `"{upn}"`, Form: principal(),
		Doc: policy.Text{
			SV: "Vem biljetten är för: certifikatets UPN, kontot eller HSA-id, med fast text runt om vid behov.",
			EN: "Who the ticket is for: the certificate's UPN, the account or the HSA-id, with fixed text around it where needed."},
	}, {
		Name: "kerberos.enterprise", Type: policy.TypeBool, Since: first, Default: "false",
		Doc: policy.Text{
			SV: "Om det är ett företagsnamn (RFC 6806), som domänkontrollanten själv slår upp.",
			EN: "Whether that is an enterprise name (RFC 6806), which the KDC itself looks up."},
	}, {
		Name: "kerberos.servers", Type: policy.TypeStrings, Since: first, Default: "[]", Optional: true, Form: server(),
		Doc: policy.Text{
			SV: "Servrar som webbläsare visar biljetter för utan att fråga. Utelämnat: de under områdets namn.",
			EN: "Servers that browsers show tickets to without asking. Left out: those below the realm's name."},
	}, {
		Name: "kerberos.config", Type: policy.TypeString, Since: first, Default: `"/etc/krb5.conf"`, Form: path(),
		Doc: policy.Text{SV: "Filen krb5.conf som används.", EN: "The krb5.conf that is used."},
	}, {
		Name: "kerberos.lifetime", Type: policy.TypeDuration, Since: first, Default: `"10h"`, Min: "5m", Max: "24h",
		Doc: policy.Text{SV: "Giltighetstid som begärs.", EN: "The lifetime that is asked for."},
	}, {
		Name: "kerberos.timeout", Type: policy.TypeDuration, Since: first, Default: `"10s"`, Min: "1s", Max: "1m",
		Doc: policy.Text{SV: "Tid som ett försök får ta.", EN: "Time that one attempt may take."},
	}}
}
