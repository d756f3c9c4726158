package policy

func ldapKeys() []Key {
	return []Key{{
		Name: "identity.ldap.uri", Type: TypeString, Since: first,
		Default: `""`, Form: formLDAPURI(), Optional: true,
		Doc:   Text{SV: "Katalogens adress.", EN: "The directory's address."},
		field: func(p *Policy) any { return &p.Identity.LDAP.URI },
	}, {
		Name: "identity.ldap.base", Type: TypeString, Since: first,
		Default: `""`, Form: formWord(), Optional: true,
		Doc:   Text{SV: "Var i katalogen sökningen börjar.", EN: "Where in the directory the search begins."},
		field: func(p *Policy) any { return &p.Identity.LDAP.Base },
	}, {
		Name: "identity.ldap.filter", Type: TypeString, Since: first,
		Default: `""`, Form: formFilter(), Optional: true,
		Doc: Text{
			SV: "Filtret som hittar personen; {hsa_id} byts mot HSA-id. Tjänsten kontrollerar själv att posten har just det HSA-id:t.",
			EN: "The filter that finds the person; {hsa_id} is replaced by the HSA-id. The service itself checks that the entry has exactly that HSA-id."},
		field: func(p *Policy) any { return &p.Identity.LDAP.Filter },
	}, {
		Name: "identity.ldap.attribute", Type: TypeString, Since: first,
		Default: `""`, Form: formWord(), Optional: true,
		Doc:   Text{SV: "Attributet som innehåller kontonamnet.", EN: "The attribute that holds the account name."},
		field: func(p *Policy) any { return &p.Identity.LDAP.Attribute },
	}, {
		Name: "identity.ldap.start_tls", Type: TypeBool, Since: first,
		Default: `true`,
		Doc: Text{
			SV: "Kryptera en förbindelse till ldap:// med StartTLS. Utan kryptering frågas ingen katalog.",
			EN: "Encrypt a connection to ldap:// with StartTLS. Without encryption no directory is asked."},
		field: func(p *Policy) any { return &p.Identity.LDAP.StartTLS },
	}, {
		Name: "identity.ldap.ca", Type: TypeString, Since: first,
		Default: `""`, Form: formPath(), Optional: true,
		Doc: Text{
			SV: "PEM-fil med katalogens utfärdare; tomt betyder systemets.",
			EN: "PEM file of the directory's authority; empty means the system's."},
		field: func(p *Policy) any { return &p.Identity.LDAP.CA },
	}, {
		Name: "identity.ldap.bind", Type: TypeString, Since: first,
		Default: `"machine"`, Form: formBind(),
		Doc: Text{
			SV: "Vem som frågar katalogen: datorns eget konto (/etc/krb5.keytab) eller en fil med två rader, DN och lösenord, som bara root kan läsa.",
			EN: "Who asks the directory: the machine's own account (/etc/krb5.keytab) or a file of two lines, DN and password, that only root can read."},
		field: func(p *Policy) any { return &p.Identity.LDAP.Bind },
	}, {
		Name: "identity.ldap.timeout", Type: TypeDuration, Since: first,
		Default: `"2s"`, Min: "100ms", Max: "2s",
		Doc: Text{
			SV: "Längsta tid för ett svar från katalogen.",
			EN: "Longest time for one answer of the directory."},
		field: func(p *Policy) any { return &p.Identity.LDAP.Timeout },
	}, {
		Name: "identity.ldap.max_age", Type: TypeDuration, Since: first,
		Default: `"24h"`, Min: "0s", Max: "30d",
		Doc: Text{
			SV: `Hur gammalt det senaste svaret om en person får vara när katalogen inte kan nås; "0s" betyder att inget sparat svar används.`,
			EN: `How old the last answer about a person may be while the directory cannot be reached; "0s" means that no kept answer is used.`},
		field: func(p *Policy) any { return &p.Identity.LDAP.MaxAge },
	}}
}
