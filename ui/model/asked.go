//go:build !canary_screen_holder

package model

import "siths-agent/agent/apitype"

// mayAsk says whether the one who looks may be asked for the code of the card that is in: the service names the holder
// to the holder's own user (and to the helpdesk), and nobody else is to type a code into a colleague's card.
func mayAsk(s apitype.Snapshot) bool { return s.Card != nil && s.Holder != nil }
