package diag

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"siths-agent/agent/apitype"
	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
)

// maxRaw is how long a text may be that is looked at, in bytes.
const maxRaw = 256

// The forms of what is not one of known words. None has room for six digits in a row but the ATR (ISO/IEC 7816-3, 8.1 and
// 8.2.1: TS, and 32 bytes at most) and the organisation's part of the HSA-id.
var (
	number    = regexp.MustCompile(`^-?[0-9]{1,4}$`)
	span      = regexp.MustCompile(`^([0-9]{1,5}h)?([0-9]{1,2}m)?([0-9]{1,2}s)?$`)
	atr       = regexp.MustCompile(`^3[bf]([0-9a-f]{2}){1,32}$`)
	event     = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z [a-z]+\.[a-z-]+( [a-z]+\.[a-z-]+)?( [0-9A-Fa-f]{4})?$`)
	reference = regexp.MustCompile(`^[0-9A-Fa-f]{4}$`)
	cardEnd   = regexp.MustCompile(`^…[0-9A-Za-z]{1,4}$`)                                   // as snapshots show a card number
	numbers   = regexp.MustCompile(`^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}`)                   // of a version (semver.org, 2.0.0)
	personID  = regexp.MustCompile(`^(SE[0-9]{10})-([0-9A-Z]{1,20}|…[0-9A-Z]{0,4})$`)       // Inera, HSA-id: organisation number and the person's part
	usbDevice = regexp.MustCompile(`^[0-9a-f]{4}:[0-9a-f]{4}( [0-9a-f]{2}\.[0-9a-f]{2})?$`) // USB 2.0, 9.6.1: idVendor, idProduct, bcdDevice
	slot      = regexp.MustCompile(`^[0-9A-F]{2}$`)                                         // in the names that pcsc-lite gives
)

// form returns what of a text may be told.
type form func(string) string

// forms is all that can be told. There is no form for free text.
func forms() map[Label]form {
	digits, yes := number.FindString, oneOf("yes", "no")
	return map[Label]form{
		Version: version, AskedBy: version, Uptime: span.FindString, Age: span.FindString,
		Reader: readerWords, Kind: oneOf(kinds()...), Module: oneOf(modules()...), Rival: oneOf(rivals()...),
		ATR: atr.FindString, USBDevice: usbDevice.FindString, CardNumber: cardEnd.FindString, Holder: hsaID,
		Carrier: oneOf("card", "reserve", "mobile"), Revocation: oneOf("good", "revoked", "unknown", "off"), Source: oneOf("ocsp", "crl"),
		ReaderCount: digits, ModuleCount: digits, Level: digits, DaysLeft: digits, Tries: digits, SignTries: digits, Addresses: digits,
		Ready: digits, NotReady: digits, System: systemWords, Ways: digits, Mistakes: digits, Line: digits,
		Kept: yes, Door: yes, Process: yes, Socket: yes, Key: policyKey, Event: event.FindString, Reference: reference.FindString,
	}
}

func oneOf(words ...string) form {
	return func(s string) string {
		if slices.Contains(words, s) {
			return s
		}
		return ""
	}
}

// version keeps the three numbers of a version, without what was built.
func version(s string) string { return numbers.FindString(s) }

// hsaID tells of an HSA-id the organisation, and of the person's part its end, at most half of it: enough to see whether it is
// the person who calls. Organisations choose that part; of a personnummer in it nothing is told, and an organisation number has
// no form of one.
func hsaID(s string) string {
	m := personID.FindStringSubmatch(s)
	if m == nil || audit.Personal(m[1]) {
		return ""
	}
	end, masked := strings.CutPrefix(m[2], "…")
	switch {
	case audit.Personal(m[2]):
		end = ""
	case !masked:
		end = end[len(end)-min(4, len(end)/2):]
	}
	return m[1] + "-…" + end
}

func policyKey(s string) string {
	of := func(k policy.Key) bool { return k.Name == s }
	if slices.ContainsFunc(policy.Keys(), of) || slices.ContainsFunc(system.Keys(), of) {
		return s
	}
	return ""
}

// knownCode is a code that this version knows, empty for others.
func knownCode(c apitype.Code) apitype.Code {
	if slices.Contains(apitype.Codes(), c) {
		return c
	}
	return ""
}

// systemWords keeps a number with words that are all known.
func systemWords(s string) string {
	words := strings.Fields(s)
	if len(words) < 3 || number.FindString(words[0]) == "" || !slices.Contains(systemKinds(), words[1]) || !slices.Contains(systemStates(), words[2]) {
		return ""
	}
	for _, w := range words[3:] {
		if knownCode(apitype.Code(w)) == "" && !slices.Contains(systemReasons(), w) {
			return ""
		}
	}
	return strings.Join(words, " ")
}

// readerWords keeps the known words of a reader's name, in their order. Serial numbers, and whatever else a device calls
// itself, become "…".
func readerWords(s string) string {
	var kept []string
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" \t()[]", r) }) {
		if !slices.Contains(readerVocabulary(), strings.ToLower(word)) && !slot.MatchString(word) {
			word = "…"
		}
		if word != "…" || len(kept) == 0 || kept[len(kept)-1] != "…" {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept[:min(len(kept), maxReaderWords)], " ")
}

// maxReaderWords is how many words of a reader's name are told.
const maxReaderWords = 12

// Labels returns every label that something can be told under.
func Labels() []Label { return slices.Sorted(maps.Keys(forms())) }
