package faults

import (
	"slices"
	"strings"

	"siths-agent/agent/apitype"
)

// kind is one fault and the codes with which a case of it may end. Every case may end honestly too: with the PIN asked
// for and the door open, unless the fault is in the proof itself.
type kind struct {
	fault     string // as the card's control takes it; DIR is the folder of another person's card
	everyAPDU bool   // it strikes at a chosen APDU and moment
	dishonest bool   // no case of it may unlock
	absent    bool   // the reader sees no card
	twice     bool   // it needs an honest login before
	ends      []apitype.Code
}

// kinds is the table of what is tried.
func kinds() []kind {
	return slices.Concat(handKinds(), answerKinds(), statusKinds(), proofKinds(), contentKinds())
}

// twoTokenKinds are those of them that concern a card whatever its files are. Its driver is found by asking for many
// applications, so that a card that says yes to everything is taken for another one, and knows no answer to what that asks.
// Its certificates are not packed: one with a wrong byte reaches us, and its issuer's signature does not fit.
func twoTokenKinds() []kind {
	answers := slices.Concat(answerKinds(), statusKinds())
	for i := range answers {
		answers[i].ends = append(answers[i].ends, apitype.CertUntrusted)
	}
	others := slices.DeleteFunc(slices.Concat(proofKinds(), contentKinds()), func(k kind) bool {
		name, _, _ := strings.Cut(k.fault, " ") // nobody asks for this PIN's counter, and the ATR chooses no driver
		return name == "counter" || name == "atr" || name == "container-map" || k.fault == "certificate bomb"
	})
	return slices.Concat(handKinds(), answers, others)
}

type codes = []apitype.Code

// gone is what a card shows that went away or lost its power in the middle: it is not there, it is not the one that was
// opened, or the last answer came in part.
func gone() codes {
	return codes{apitype.CardNone, apitype.CardUnreadable, apitype.CardSwapped}
}

// handKinds are those in which something happens to the card.
func handKinds() []kind {
	silent := codes{apitype.CardSilent}
	all := []kind{
		{fault: "removed", ends: gone()},
		{fault: "removed-and-back", ends: gone()},
		{fault: "killed", ends: gone()},
		{fault: "silent", ends: silent},
		{fault: "slow 300ms"},
		{fault: "slow 5s", ends: silent},
		{fault: "reset", ends: append(gone(), apitype.CardUnsupported)},
		{fault: "swapped DIR", ends: append(gone(), apitype.CardUnsupported, apitype.CertKeyMismatch)},
	}
	return everywhere(all)
}

// broken is what a card shows whose answers are wrong: they cannot be understood; the certificate is missing or not the
// key's; or, where the wrong answer is that to the PIN, the PIN was not taken. An answer too many, or one that announces
// more than comes, ends in silence; an answer too many may also be taken for that to the question who is there.
func broken() codes {
	return codes{apitype.CardNone, apitype.CardUnreadable, apitype.CardUnsupported, apitype.CardSwapped, apitype.CardSilent,
		apitype.CertNone, apitype.CertMalformed, apitype.CertKeyMismatch, apitype.PINWrong}
}

// answerKinds are those in which the card answers something else.
func answerKinds() []kind {
	var all []kind
	for _, name := range []string{"garbage", "garbage times=1000000", "empty", "one-byte", "longest", "more-data",
		"wrong-length", "deep", "truncated", "doubled", "zeros", "flipped", "stale"} {
		all = append(all, kind{fault: name, ends: broken()})
	}
	return everywhere(all)
}

// statusKinds are lies in the status bytes. A status that speaks of the PIN's counter is believed.
func statusKinds() []kind {
	lies := map[string]codes{
		"9000": nil, "6300": nil, "6700": {apitype.PINLength}, "6982": nil, "6A82": nil, "6D00": nil, "6F00": nil,
		"6983": {apitype.PINBlocked}, "63C0": {apitype.PINBlocked},
	}
	var all []kind
	for sw, more := range lies {
		all = append(all, kind{fault: "status " + sw, ends: append(broken(), more...)})
	}
	slices.SortFunc(all, func(a, b kind) int { return strings.Compare(a.fault, b.fault) })
	return everywhere(all)
}

// proofKinds are those of the PIN's counter and of the signature.
func proofKinds() []kind {
	forged := codes{apitype.CertKeyMismatch}
	return []kind{
		{fault: "counter 0", dishonest: true, ends: codes{apitype.PINBlocked}},
		{fault: "counter 1", ends: codes{apitype.PINLastTry}},
		{fault: "counter 15"},
		{fault: "other-key", dishonest: true, ends: forged},
		{fault: "broken-signature", dishonest: true, ends: forged},
		{fault: "broken-pss"}, // nothing is signed by PSS before a card has opened something
		{fault: "chosen-nonce", dishonest: true, ends: forged},
		{fault: "replayed", dishonest: true, twice: true, ends: forged},
	}
}

// contentKinds are those of cards that are wrong from their insertion on. OpenSC does not need the list of keys, and a
// card without it is a good one.
func contentKinds() []kind {
	foreign := codes{apitype.CardUnreadable, apitype.CardUnsupported}
	all := []kind{{fault: "atr 0", absent: true}}
	for _, name := range []string{"atr 1", "atr 2", "atr 33", "atr 34", "atr 4000"} {
		all = append(all, kind{fault: name, dishonest: true, ends: foreign})
	}
	for _, name := range []string{"container-map empty", "container-map garbage", "container-map longest"} {
		all = append(all, kind{fault: name})
	}
	for _, name := range []string{"certificate garbage", "certificate longest", "certificate names", "certificate chain", "certificate bomb"} {
		all = append(all, kind{fault: name, dishonest: true, ends: codes{apitype.CertNone, apitype.CertMalformed, apitype.CertUntrusted, apitype.CertPolicyUnknown}})
	}
	return all
}

// everywhere has kinds strike at every APDU.
func everywhere(all []kind) []kind {
	for i := range all {
		all[i].everyAPDU = true
	}
	return all
}
