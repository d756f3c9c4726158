package apitype

// Host is the one Host header that the service answers to.
const Host = "siths-agent"

// The values of HeaderPIN.
const (
	PINAuth = "auth"
	PINSign = "sign"
)

// The headers of GET /v1/audit, for who sees all rows: how far the log goes at least, as audit.Mark writes it, and of how
// many files it consists.
const (
	HeaderAuditHead  = "Siths-Audit-Head"
	HeaderAuditFiles = "Siths-Audit-Files"
)

// The headers of the PIN channel. What follows the upgrade is binary: the insertion number (8 bytes, big-endian), the
// PIN's length (1 byte), the PIN. The answer is one line of JSON, a PINResult.
const (
	UpgradePIN    = "siths-pin"      // value of Upgrade
	HeaderUnlock  = "Siths-Unlock"   // UnlockOffer.Unlock
	HeaderLastTry = "Siths-Last-Try" // "yes" when the person agreed to spend the last try
	HeaderConsent = "Siths-Consent"  // Consent.ID, when the PIN is the yes to a question
	HeaderPIN     = "Siths-PIN"      // of card care: PINAuth, which is meant when there is none, or PINSign
)
