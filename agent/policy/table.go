package policy

// first is the version that took all the keys below.
const first = "1.0"

func cardKeys() []Key {
	return []Key{{
		Name: "card.modules", Type: TypeStrings, Since: first,
		Default: `["opensc-pkcs11.so"]`, Form: formModule(),
		Doc: Text{
			SV: "PKCS#11-moduler som provas i ordning. Ett filnamn söks i systemets mappar för PKCS#11-moduler.",
			EN: "PKCS#11 modules, tried in order. A bare file name is looked for in the system's PKCS#11 folders."},
		field: func(p *Policy) any { return &p.Card.Modules },
	}, {
		Name: "card.readers", Type: TypeStrings, Since: first,
		Default: `[]`, Form: formReader(), Optional: true,
		Doc: Text{
			SV: "Läsare som får användas, som mönster. En tom lista tillåter alla.",
			EN: "Readers that may be used, as patterns. An empty list allows all."},
		field: func(p *Policy) any { return &p.Card.Readers },
	}, {
		Name: "card.operation_timeout", Type: TypeDuration, Since: first,
		Default: `"5s"`, Min: "100ms", Max: "60s",
		Doc: Text{
			SV: "Längsta tid för en kortoperation. Ett kort som inte svarat då kopplas bort.",
			EN: "Longest time for one card operation. A card that has not answered by then is let go."},
		field: func(p *Policy) any { return &p.Card.OperationTimeout },
	}, productKey()}
}

func revocationKeys() []Key {
	return []Key{{
		Name: "revocation.mode", Type: TypeString, Since: first,
		Default: `"require"`, Enum: []string{string(Require), string(Grace), string(Off)},
		Doc: Text{
			SV: `"require" kräver färskt spärrbesked, "grace" godtar ett äldre gott besked, "off" frågar inte och vägras i produktion.`,
			EN: `"require" wants a fresh answer, "grace" accepts an older good one, "off" does not ask and is refused in production.`},
		field: func(p *Policy) any { return &p.Revocation.Mode },
	}, {
		Name: "revocation.order", Type: TypeStrings, Since: first,
		Default: `["ocsp", "crl"]`, Enum: []string{"ocsp", "crl"},
		Doc: Text{
			SV: "Var spärrbesked hämtas, i ordning.",
			EN: "Where answers about revocation are fetched, in order."},
		field: func(p *Policy) any { return &p.Revocation.Order },
	}, {
		Name: "revocation.grace", Type: TypeDuration, Since: first,
		Default: `"24h"`, Min: "1m", Max: "30d",
		Doc: Text{
			SV: `Hur gammalt det senaste goda beskedet får vara när dess egen tid är ute, med mode = "grace".`,
			EN: `How old the last good answer may be when its own time is over, with mode = "grace".`},
		field: func(p *Policy) any { return &p.Revocation.Grace },
	}, {
		Name: "revocation.timeout", Type: TypeDuration, Since: first,
		Default: `"2s"`, Min: "100ms", Max: "30s",
		Doc: Text{
			SV: "Längsta tid för ett spärrbesked.",
			EN: "Longest time for one answer about revocation."},
		field: func(p *Policy) any { return &p.Revocation.Timeout },
	}, {
		Name: "revocation.proxy", Type: TypeString, Since: first,
		Default: `""`, Form: formProxy(), Optional: true,
		Doc: Text{
			SV: "Webbproxy som spärrbesked hämtas genom; tomt betyder ingen.",
			EN: "Web proxy through which answers about revocation are fetched; empty means none."},
		field: func(p *Policy) any { return &p.Revocation.Proxy },
	}}
}

func identityKeys() []Key {
	return []Key{{
		Name: "identity.sources", Type: TypeStrings, Since: first,
		Default: `["accounts", "upn"]`, Enum: []string{"accounts", "upn", "ldap"},
		Doc: Text{
			SV: "Var personens konto söks, i ordning; den första som känner personen avgör.",
			EN: "Where the person's account is looked for, in order; the first that knows the person decides."},
		field: func(p *Policy) any { return &p.Identity.Sources },
	}}
}
