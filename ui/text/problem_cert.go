package text

import "siths-agent/agent/apitype"

func certTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.CertNone: {
			pair{"Kortet saknar certifikat för inloggning", "The card has no certificate for logging in"},
			pair{"Kontakta ID-administratören och be om nya certifikat på kortet.",
				"Contact the ID administrator and ask for new certificates on the card."},
		},
		apitype.CertExpired: {
			pair{"Kortet har slutat gälla", "The card has expired"},
			pair{"Kontakta ID-administratören och beställ ett nytt kort eller ett reservkort.",
				"Contact the ID administrator and order a new card or a reserve card."},
		},
		apitype.CertExpiresSoon: {
			pair{"Kortet slutar snart gälla", "The card expires soon"},
			pair{"Beställ ett nytt kort hos ID-administratören nu. Kortet fungerar så länge.",
				"Order a new card from the ID administrator now. The card works until then."},
		},
		apitype.CertNotYetValid: {
			pair{"Kortet gäller inte än, eller datorns klocka går fel", "The card is not valid yet, or the computer's clock is wrong"},
			pair{"Kontrollera datorns datum och tid. Stämmer de: kontakta ID-administratören.",
				"Check the computer's date and time. If they are right, contact the ID administrator."},
		},
		apitype.CertRevoked: {
			pair{"Kortet är spärrat", "The card has been revoked"},
			pair{"Kontakta ID-administratören. Kortet går inte att använda igen.",
				"Contact the ID administrator. The card cannot be used again."},
		},
		apitype.CertRevocationUnknown: {
			pair{"Det går inte att kontrollera om kortet är spärrat", "It cannot be checked whether the card has been revoked"},
			pair{"Kontrollera datorns nätverk och försök igen. Hjälper det inte: kontakta IT-supporten.",
				"Check the computer's network and try again. If that does not help, contact IT support."},
		},
		apitype.CertUntrusted: {
			pair{"Kortets utfärdare är inte godkänd här", "The card's issuer is not accepted here"},
			pair{"Använd ditt vanliga SITHS-kort. Är det redan det kortet: kontakta IT-supporten.",
				"Use your ordinary SITHS card. If this is that card, contact IT support."},
		},
		apitype.CertTestEnvironment: {
			pair{"Kortet och datorn hör till olika miljöer (test och skarp drift)",
				"The card and the computer belong to different environments (test and production)"},
			pair{"Byt till ett kort för rätt miljö. Har du bara ett kort: kontakta IT-supporten.",
				"Use a card for the right environment. If you have only one card, contact IT support."},
		},
		apitype.CertLoATooLow: {
			pair{"Kortets tillitsnivå räcker inte", "The card's level of assurance is too low"},
			pair{"Använd ett kort med högre tillitsnivå, eller kontakta ID-administratören.",
				"Use a card with a higher level of assurance, or contact the ID administrator."},
		},
		apitype.CertPolicyUnknown: {
			pair{"Kortets typ är inte godkänd här", "This type of card is not accepted here"},
			pair{"Kontakta IT-supporten: korttypen saknas i datorns inställningar.",
				"Contact IT support: this card type is missing in the computer's settings."},
		},
		apitype.CertKeyMismatch: {
			pair{"Kortet kunde inte bevisa att det är äkta", "The card could not prove that it is genuine"},
			pair{"Ta ut kortet och lämna det till ID-administratören. Kontakta IT-supporten i dag.",
				"Take the card out and hand it to the ID administrator. Contact IT support today."},
		},
	}
}
