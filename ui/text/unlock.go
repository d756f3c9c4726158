package text

import "fmt"

// Expires says how soon a card with so many whole days left expires.
func Expires(l Lang, days int) string {
	switch days {
	case 0:
		return pair{"Kortet går ut inom ett dygn", "The card expires within a day"}.in(l)
	case 1:
		return pair{"Kortet går ut om en dag", "The card expires in one day"}.in(l)
	}
	return fmt.Sprintf(pair{"Kortet går ut om %d dagar", "The card expires in %d days"}.in(l), days)
}

// Unlock says how a blocked PIN of a card is unblocked: by the route that the service names, or, where it knows none, by
// what is printed on the card.
func Unlock(l Lang, route string) string {
	switch route {
	case "puk-letter":
		return pair{"Lås upp koden med upplåsningskoden (PUK) i ditt PUK-brev: sithsctl card pin unblock. Utan brev: beställ ett nytt, eller gå till ID-administratören.",
			"Unblock the PIN with the PUK of your PUK letter: sithsctl card pin unblock. Without a letter: order a new one, or see the ID administrator."}.in(l)
	case "administrator":
		return pair{"Till det här kortet skickas inget PUK-brev från början. Gå till ID-administratören, eller beställ ett PUK-brev.",
			"No PUK letter comes with this card. See the ID administrator, or order a PUK letter."}.in(l)
	case "replace":
		return pair{"Koderna till det här kortet kan inte beställas igen. Hämta ett nytt kort hos ID-administratören.",
			"The codes of this card cannot be ordered again. Get a new card from the ID administrator."}.in(l)
	}
	return pair{"Titta på produktkoden på kortet. Börjar den på 6, eller saknas den: lås upp med PUK-koden i ditt PUK-brev. Börjar den på 7: gå till ID-administratören eller beställ ett PUK-brev. Reservkort: hämta ett nytt.",
		"Look at the product code on the card. Beginning with 6, or none: unblock with the PUK of your PUK letter. Beginning with 7: see the ID administrator, or order a PUK letter. Reserve card: get a new one."}.in(l)
}
