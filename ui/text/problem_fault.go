package text

import "siths-agent/agent/apitype"

// faultTexts are those of certificates that are wrong in themselves.
func faultTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.CertLegacy: {
			pair{"Kortet är av en gammal typ som inte längre godtas", "The card is of an old type that is no longer accepted"},
			pair{"Beställ ett nytt SITHS-kort hos ID-administratören.",
				"Order a new SITHS card from the ID administrator."},
		},
		apitype.CertWeakKey: {
			pair{"Kortets nyckel är inte säker nog", "The card's key is not secure enough"},
			pair{"Byt kortet hos ID-administratören. Använd det inte för något annat så länge.",
				"Have the card replaced by the ID administrator. Do not use it for anything else until then."},
		},
		apitype.CertMalformed: {
			pair{"Kortets certifikat är felaktigt", "The card's certificate is faulty"},
			pair{"Lämna kortet till ID-administratören för kontroll. Kontakta IT-supporten.",
				"Hand the card to the ID administrator to be checked. Contact IT support."},
		},
	}
}
