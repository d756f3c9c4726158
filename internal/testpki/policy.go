package testpki

import (
	"fmt"
	"strings"
)

// The certificate policies of the cards. The arc is shaped like Inera's; the numbers are placeholders.
const (
	PolicyHSA3          = "1.2.752.74.8.9001" // ordinary card
	PolicyID3           = "1.2.752.74.8.9002" // personnummer pair of an ordinary card
	PolicyHSA2          = "1.2.752.74.8.9003" // reserve card, level 2
	PolicyID2           = "1.2.752.74.8.9004" // personnummer pair of a reserve card
	PolicyReserveHSA3   = "1.2.752.74.8.9005" // reserve card, level 3
	PolicyMobileID3     = "1.2.752.74.8.9006" // phone
	PolicyCoordination2 = "1.2.752.74.8.9007" // reserve card, level 2, issued by a "3" authority
	PolicyCoordination3 = "1.2.752.74.8.9009" // samordningsnummer pair of an ordinary card
	PolicyUnknown       = "1.2.752.74.8.9999" // in no table
)

// Policy says what one certificate policy stands for, as a row of the agent's policy file does.
type Policy struct {
	OID      string
	LoA      int
	Identity string
	Carrier  string
}

// Policies returns what every policy of the cards stands for, except the unknown one.
func Policies() []Policy {
	return []Policy{
		{PolicyHSA3, 3, "hsa", "card"},
		{PolicyID3, 3, "personnummer", "card"},
		{PolicyHSA2, 2, "hsa", "reserve"},
		{PolicyID2, 2, "personnummer", "reserve"},
		{PolicyReserveHSA3, 3, "hsa", "reserve"},
		{PolicyMobileID3, 3, "personnummer", "mobile"},
		{PolicyCoordination2, 2, "hsa", "reserve"},
		{PolicyCoordination3, 3, "samordningsnummer", "card"},
	}
}

// PolicyTOML returns the [[trust.policy]] rows of an agent's policy file for the cards of any PKI.
func (p *PKI) PolicyTOML() string {
	var b strings.Builder
	for _, row := range Policies() {
		fmt.Fprintf(&b, "[[trust.policy]]\noid = %q\nloa = %d\nidentity = %q\ncarrier = %q\n\n",
			row.OID, row.LoA, row.Identity, row.Carrier)
	}
	return b.String()
}
