package text

import "siths-agent/agent/apitype"

func serviceTexts() map[apitype.Code]entry {
	return map[apitype.Code]entry{
		apitype.AuditUnwritable: {
			pair{"Händelseloggen kan inte skrivas", "The audit log cannot be written"},
			pair{"Kontakta IT-supporten. Ingen kan logga in här förrän felet är åtgärdat.",
				"Contact IT support. Nobody can log in here until it is mended."},
		},
		apitype.NetworkDown: {
			pair{"Datorn har ingen nätverkskontakt", "The computer has no network"},
			pair{"Kontrollera nätverkssladden eller det trådlösa nätet och försök igen.",
				"Check the network cable or the wireless network and try again."},
		},
		apitype.IdPRefused: {
			pair{"Legitimeringstjänsten sade nej", "The identity provider said no"},
			pair{"Försök igen om en stund. Hjälper det inte: kontakta IT-supporten.",
				"Try again in a while. If that does not help, contact IT support."},
		},
		apitype.SystemUnknown: {
			pair{"Systemet är inte anslutet till kortinloggningen", "The system is not connected to card login"},
			pair{"Kontrollera namnet. Stämmer det: be IT-supporten ansluta systemet.",
				"Check the name. If it is right, ask IT support to connect the system."},
		},
		apitype.SystemDenied: {
			pair{"Du har inte behörighet till detta", "You are not allowed to do this"},
			pair{"Be din chef om behörighet.", "Ask your manager for permission."},
		},
		apitype.ConfigInvalid: {
			pair{"Datorns inställningar för kortinloggning är fel", "The computer's settings for card login are wrong"},
			pair{"Kontakta IT-supporten och be dem köra: sithsctl policy check",
				"Contact IT support and ask them to run: sithsctl policy check"},
		},
		apitype.AgentUnreachable: {
			pair{"Kortinloggningen är inte igång på datorn", "Card login is not running on this computer"},
			pair{"Starta om datorn, eller kontakta IT-supporten.",
				"Restart the computer, or contact IT support."},
		},
	}
}
