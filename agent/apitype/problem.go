package apitype

// Code names one kind of problem. Codes are stable: scripts, helpdesk pages and texts are keyed by them.
type Code string

// The problem codes.
const (
	ReaderNone        Code = "reader.none"
	ReaderServiceDown Code = "reader.service-down"
	ReaderBusy        Code = "reader.busy"

	CardNone        Code = "card.none"
	CardUnreadable  Code = "card.unreadable"
	CardUnsupported Code = "card.unsupported"
	CardSilent      Code = "card.silent"
	CardSwapped     Code = "card.swapped"
	CardLeftBehind  Code = "card.left-behind"

	CertNone              Code = "cert.none"
	CertExpired           Code = "cert.expired"
	CertExpiresSoon       Code = "cert.expires-soon"
	CertNotYetValid       Code = "cert.not-yet-valid"
	CertRevoked           Code = "cert.revoked"
	CertRevocationUnknown Code = "cert.revocation-unknown"
	CertUntrusted         Code = "cert.untrusted"
	CertTestEnvironment   Code = "cert.test-environment"
	CertLoATooLow         Code = "cert.loa-too-low"
	CertPolicyUnknown     Code = "cert.policy-unknown"
	CertKeyMismatch       Code = "cert.key-mismatch"
	CertLegacy            Code = "cert.legacy"
	CertWeakKey           Code = "cert.weak-key"
	CertMalformed         Code = "cert.malformed"

	PersonUnmapped     Code = "person.unmapped"
	PersonWrongSession Code = "person.wrong-session"
	SessionNotCleared  Code = "session.not-cleared"

	PINWrong     Code = "pin.wrong"
	PINLastTry   Code = "pin.last-try"
	PINBlocked   Code = "pin.blocked"
	PINLength    Code = "pin.length"
	PINCancelled Code = "pin.cancelled"
	PINTimeout   Code = "pin.timeout"
	PINNeeded    Code = "pin.needed" // nobody has given it since the card was inserted or the screen locked

	PINSame        Code = "pin.same"        // the new PIN is the old one
	PINUnsupported Code = "pin.unsupported" // the card and its module do not let it be changed
	PUKWrong       Code = "puk.wrong"
	PUKBlocked     Code = "puk.blocked"

	AuditUnwritable  Code = "audit.unwritable"
	NetworkDown      Code = "network.down"
	IdPRefused       Code = "idp.refused"
	SystemUnknown    Code = "system.unknown"
	SystemDenied     Code = "system.denied"
	ConfigInvalid    Code = "config.invalid"
	AgentUnreachable Code = "agent.unreachable"
)

// Codes returns every code, in the order of the reference.
func Codes() []Code {
	return []Code{
		ReaderNone, ReaderServiceDown, ReaderBusy,
		CardNone, CardUnreadable, CardUnsupported, CardSilent, CardSwapped, CardLeftBehind,
		CertNone, CertExpired, CertExpiresSoon, CertNotYetValid, CertRevoked, CertRevocationUnknown,
		CertUntrusted, CertTestEnvironment, CertLoATooLow, CertPolicyUnknown, CertKeyMismatch,
		CertLegacy, CertWeakKey, CertMalformed,
		PersonUnmapped, PersonWrongSession, SessionNotCleared,
		PINWrong, PINLastTry, PINBlocked, PINLength, PINCancelled, PINTimeout, PINNeeded, PINSame, PINUnsupported, PUKWrong, PUKBlocked,
		AuditUnwritable, NetworkDown, IdPRefused, SystemUnknown, SystemDenied, ConfigInvalid, AgentUnreachable,
	}
}

// Severity says how loudly a problem is shown.
type Severity string

// The severities, mildest first.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Retry says what has to happen before trying again can help.
type Retry string

// The kinds of retry.
const (
	RetryNow       Retry = "now"        // the same person can try again at once
	RetryNewCard   Retry = "new-card"   // another card, or the same one inserted again
	RetryAfterWait Retry = "after-wait" // by itself, in a while
	RetryAdmin     Retry = "after-admin"
)

// Problem is what went wrong, as a client sees it: a stable code and no secrets.
// It is also the error type that every client of the local API gets.
type Problem struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity,omitempty"`
	Retry    Retry    `json:"retry,omitempty"`
	Ref      string   `json:"ref,omitempty"` // four hex digits: the same in the service's log and in the audit row
}

// Error returns the code. What people read comes from ui/text.
func (p *Problem) Error() string { return string(p.Code) }
