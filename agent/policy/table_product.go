package policy

func productKey() Key {
	return Key{
		Name: "card.product", Type: TypeRules, Since: first,
		Default: `[{name = "reserve", carrier = "reserve", unlock = "replace"}]`, Optional: true, Sub: productKeys(),
		Doc: Text{
			SV: "Hur en låst kod låses upp för varje kortprodukt, en tabell för varje. Den första som passar kortet gäller; för ett kort som ingen passar nämns vägen för varje produktkod som kan stå på kortet.",
			EN: "How a blocked PIN is unblocked for each card product, one table for each. The first that fits the card holds; of a card that none fits the ways are told by the product codes that can be printed on it."},
		field: func(p *Policy) any { return &p.Card.Products },
		rows:  func(rows []row) any { return collect(rows, product) },
	}
}

// productKeys are the keys of one [[card.product]].
func productKeys() []Key {
	return []Key{{
		Name: "name", Type: TypeString, Since: first, Form: formWord(),
		Doc: Text{SV: "Produktens namn, en gång i listan: 6XX, 7XX, reserve.", EN: "The product's name, once in the list: 6XX, 7XX, reserve."},
	}, {
		Name: "atr", Type: TypeStrings, Since: first, Form: formATR(), Optional: true,
		Doc: Text{SV: "Kortens ATR; utelämnat för alla.", EN: "The cards' answers to reset; left out for all."},
	}, {
		Name: "carrier", Type: TypeString, Since: first, Enum: []string{"card", "reserve", "mobile"}, Optional: true,
		Doc: Text{SV: "Vad nyckeln bärs av, enligt trust.policy; utelämnat för alla.", EN: "What carries the key, as trust.policy says; left out for all."},
	}, {
		Name: "unlock", Type: TypeString, Since: first, Enum: []string{"puk-letter", "administrator", "replace"},
		Doc: Text{
			SV: `"puk-letter": med PUK-koden ur brevet; "administrator": hos ID-administratören; "replace": inte alls, kortet byts.`,
			EN: `"puk-letter": with the PUK of the letter; "administrator": at the ID administrator's; "replace": not at all, the card is replaced.`},
	}}
}

func product(r row) Product {
	return Product{Name: r.text("name"), ATRs: r.words("atr"), Carrier: r.text("carrier"), Unlock: r.text("unlock")}
}

func formATR() *Form {
	return &Form{valid: isATR, Allowed: Text{
		"ATR hexadecimalt, x för valfri siffra, till exempel 3b7f96xx", "ATR in hexadecimal, x for any digit, such as 3b7f96xx"}}
}

// isATR checks the pattern of an answer to reset, which has 2 to 33 bytes (ISO/IEC 7816-3, 8.2).
func isATR(s string) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && c != 'x' {
			return false
		}
	}
	return len(s)%2 == 0 && len(s) >= 4 && len(s) <= 66
}
