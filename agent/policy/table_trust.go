package policy

func trustKeys() []Key {
	return []Key{{
		Name: "trust.environment", Type: TypeString, Since: first,
		Default: `"production"`, Enum: []string{string(Production), string(Test)},
		Doc: Text{
			SV: `"production" vägrar certifikat från TEST och SYSTEMTEST; "test" godtar bara sådana.`,
			EN: `"production" refuses certificates of TEST and SYSTEMTEST; "test" accepts only them.`},
		field: func(p *Policy) any { return &p.Trust.Environment },
	}, {
		Name: "trust.anchors", Type: TypeStrings, Since: first,
		Default: `["{dir}/trust"]`, Form: formPath(),
		Doc: Text{
			SV: "Mappar eller PEM-filer med betrodda rötter och utfärdare.",
			EN: "Folders or PEM files of trusted roots and issuing authorities."},
		field: func(p *Policy) any { return &p.Trust.Anchors },
	}, {
		Name: "trust.minimum_loa", Type: TypeInt, Since: first,
		Default: `3`, Min: "2", Max: "4",
		Doc: Text{
			SV: "Lägsta tillitsnivå som låser upp.",
			EN: "Lowest level of assurance that unlocks."},
		field: func(p *Policy) any { return &p.Trust.MinimumLoA },
	}, {
		Name: "trust.policy", Type: TypeRules, Since: first,
		Default: `[]`, Optional: true, Sub: ruleKeys(),
		Doc: Text{
			SV: "Vad varje certifikatpolicy (OID) betyder, en tabell för varje.",
			EN: "What each certificate policy (OID) means, one table for each."},
		field: func(p *Policy) any { return &p.Trust.Policy },
		rows:  func(rows []row) any { return collect(rows, oidRule) },
	}, {
		Name: "trust.issuer", Type: TypeRules, Since: first,
		Default: `[]`, Optional: true, Sub: issuerKeys(),
		Doc: Text{
			SV: "Vad en utfärdare betyder för certifikat utan policyer. Har certifikatet en policy gäller den lägre nivån av de två, och säger de olika vägras kortet.",
			EN: "What an issuer means for certificates without policies. Where there is a policy the lower level of the two holds, and where they contradict each other the card is refused."},
		field: func(p *Policy) any { return &p.Trust.Issuer },
		rows:  func(rows []row) any { return collect(rows, issuerRule) },
	}, testMarksKey()}
}

func testMarksKey() Key {
	return Key{
		Name: "trust.test_marks", Type: TypeStrings, Since: first,
		Default: "[" + quoteAll(builtInMarks(), ", ") + "]", Form: formMark(),
		Doc: Text{
			SV: "Hur testutfärdares namn känns igen, med * för resten av namnet. I produktion kan de inbyggda inte tas bort.",
			EN: "How the names of test authorities are told, with * for the rest of the name. In production the built-in ones cannot be left out."},
		field: func(p *Policy) any { return &p.Trust.TestMarks },
	}
}

// builtInMarks are how Inera marks its test authorities; the last is of the structure before SITHS e-id.
func builtInMarks() []string { return []string{"TEST *", "SYSTEMTEST *", "* PP"} }

// ruleKeys are the keys of one [[trust.policy]]; none has a default.
func ruleKeys() []Key {
	return []Key{{
		Name: "oid", Type: TypeString, Since: first, Form: formOID(),
		Doc: Text{SV: "Certifikatpolicyns OID, en gång i listan.", EN: "The certificate policy's OID, once in the list."},
	}, {
		Name: "loa", Type: TypeInt, Since: first, Min: "2", Max: "4",
		Doc: Text{SV: "Tillitsnivån som den står för.", EN: "The level of assurance that it stands for."},
	}, {
		Name: "identity", Type: TypeString, Since: first, Enum: []string{"hsa", "personnummer", "samordningsnummer"},
		Doc: Text{SV: "Vad certifikatets serialNumber innehåller.", EN: "What the certificate's serialNumber holds."},
	}, {
		Name: "carrier", Type: TypeString, Since: first, Enum: []string{"card", "reserve", "mobile"},
		Doc: Text{SV: "Vad nyckeln bärs av.", EN: "What carries the key."},
	}}
}

// issuerKeys are the keys of one [[trust.issuer]].
func issuerKeys() []Key {
	keys := ruleKeys()
	keys[0] = Key{
		Name: "name", Type: TypeString, Since: first, Form: formWord(),
		Doc: Text{SV: "Utfärdarens namn (CN), en gång i listan.", EN: "The issuer's common name, once in the list."},
	}
	keys[3].Optional = true
	keys[3].Doc = Text{
		SV: "Vad nyckeln bärs av; utelämnat för en utfärdare av flera slag.",
		EN: "What carries the key; left out for an issuer of several kinds."}
	return keys
}

func oidRule(r row) OIDRule {
	return OIDRule{OID: r.text("oid"), LoA: r.number("loa"), Identity: r.text("identity"), Carrier: r.text("carrier")}
}

func issuerRule(r row) IssuerRule {
	return IssuerRule{Name: r.text("name"), LoA: r.number("loa"), Identity: r.text("identity"), Carrier: r.text("carrier")}
}
