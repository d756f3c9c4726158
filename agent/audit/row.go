package audit

import "time"

// Event names what happened. Names are stable: reports are made from them.
type Event string

// The events.
const (
	AgentStart     Event = "agent.start"
	AgentStop      Event = "agent.stop"
	AgentRecovered Event = "agent.recovered" // the log itself was repaired when it was opened

	CardIn         Event = "card.in"
	CardOut        Event = "card.out"
	CardRefused    Event = "card.refused"
	CardLeftBehind Event = "card.left-behind" // it stayed in the reader over a lock
	CardExpires    Event = "card.expires"     // its certificate has come under a threshold of days left
	CardFailed     Event = "card.failed"      // the card, its reader or the program that holds it failed

	PINWrong   Event = "pin.wrong"
	PINBlocked Event = "pin.blocked"

	PINChanged       Event = "pin.changed"
	PINUnblocked     Event = "pin.unblocked"
	PINChangeRefused Event = "pin.change-refused"

	UnlockGranted Event = "unlock.granted"
	UnlockRefused Event = "unlock.refused"

	SessionOpened   Event = "session.opened"
	SessionLocked   Event = "session.locked"
	HolderChanged   Event = "holder.changed"   // somebody else has taken over a shared desktop
	SessionRelocked Event = "session.relocked" // somebody else unlocked it, and policy did not let that stand

	PolicyReloaded Event = "policy.reloaded"
	PolicyRefused  Event = "policy.refused"
	AccessDenied   Event = "access.denied"

	SSOReleased Event = "sso.released" // the card signs for a program, or has
	SSODenied   Event = "sso.denied"   // no rule lets a program have what it asked for
	SSOFailed   Event = "sso.failed"   // what was to be released could not be
	SSOTicket   Event = "sso.ticket"   // the agent got a ticket for the person
	SSOEnded    Event = "sso.ended"    // what was released was destroyed

	AuditPruned  Event = "audit.pruned"  // the oldest rows were removed for their age
	AuditRead    Event = "audit.read"    // somebody has read rows that are not only about them
	ClockChanged Event = "clock.changed" // somebody has set the clock
)

// Row is what the service says about one event. Fields that do not apply stay empty and are not written. No field
// is for a PIN, its length, or a personnummer.
type Row struct {
	Time  time.Time `json:"time"` // UTC; now when zero
	Event Event     `json:"event"`

	Insertion  uint64 `json:"insertion,omitempty"`
	Reader     string `json:"reader,omitempty"`
	ATR        string `json:"atr,omitempty"`         // hex
	CardNumber string `json:"card_number,omitempty"` // only its last four characters are written

	HSAID          string `json:"hsa_id,omitempty"`
	FormerHSAID    string `json:"former_hsa_id,omitempty"` // of HolderChanged: who had the desktop before, where known
	CertSerial     string `json:"cert_serial,omitempty"`   // hex
	CertIssuer     string `json:"cert_issuer,omitempty"`
	PolicyOID      string `json:"policy_oid,omitempty"`
	LoA            int    `json:"loa,omitempty"`
	Carrier        string `json:"carrier,omitempty"`    // "card", "reserve" or "mobile"
	Revocation     string `json:"revocation,omitempty"` // "good", "revoked", "unknown" or "off"
	RevocationAgeS *int64 `json:"revocation_age_s,omitempty"`
	RevocationFrom string `json:"revocation_source,omitempty"` // "ocsp", "crl" or where else the answer is from

	Account string  `json:"account,omitempty"`
	Shared  bool    `json:"shared,omitempty"` // others open the account too
	UID     *uint32 `json:"uid,omitempty"`    // of the caller; 0 is root
	Session string  `json:"session,omitempty"`
	Service string  `json:"service,omitempty"` // the PAM service or the login screen's name

	PID       int32    `json:"pid,omitempty"` // of the program that asked; exe to tier are about it too
	Exe       string   `json:"exe,omitempty"`
	ExeSHA256 string   `json:"exe_sha256,omitempty"`
	Package   string   `json:"package,omitempty"`
	Label     string   `json:"lsm_label,omitempty"`
	Tier      *int     `json:"tier,omitempty"`              // how sure it is which program it is, 0 to 3
	Systems   []string `json:"systems,omitempty"`           // that the release is for: one of them is meant, and nothing tells which
	Scheme    string   `json:"scheme,omitempty"`            // of the signature
	Consent   string   `json:"consent,omitempty"`           // what the person has said yes to, as the strictest rule has it; empty: nobody was asked
	Replaces  bool     `json:"replaces_password,omitempty"` // the systems all want no password of who comes with a card

	Principal string    `json:"principal,omitempty"` // of SSOTicket: whom the ticket is for, as the KDC says
	Until     time.Time `json:"until,omitzero"`      // of SSOTicket: the end of the ticket, UTC

	Code   string `json:"code,omitempty"` // a problem code
	Ref    string `json:"ref,omitempty"`  // the same in the service's log and on the screen
	Tries  *int   `json:"tries,omitempty"`
	Days   *int   `json:"days,omitempty"` // of CardExpires: how many are left
	Reason string `json:"reason,omitempty"`
	Proof  string `json:"proof,omitempty"` // hex SHA-256 of the statement that the card signed

	Bytes  int64  `json:"bytes,omitempty"`        // of AgentRecovered and AuditPruned: how much was moved away or removed
	SHA256 string `json:"sha256,omitempty"`       // of what was moved away, of the last line removed, or of the policy
	Files  string `json:"files_sha256,omitempty"` // of AgentStart and PolicyReloaded: of the files that were read
	Pruned uint64 `json:"pruned,omitempty"`       // of AuditPruned: number of the last row removed
	StepS  *int64 `json:"step_s,omitempty"`       // of ClockChanged: by how much, in seconds
}

// Entry is one line of the log: a Row in its place in the chain.
type Entry struct {
	Seq  uint64 `json:"seq"`  // from 1
	Prev string `json:"prev"` // hex SHA-256 of the line before, without its newline; Genesis for the first
	Row
}

// prose are the fields that free text can get into.
func (r *Row) prose() []*string {
	return []*string{&r.Reader, &r.HSAID, &r.FormerHSAID, &r.CertIssuer, &r.PolicyOID, &r.Carrier, &r.Revocation, &r.RevocationFrom, &r.Account, &r.Session,
		&r.Service, &r.Exe, &r.Package, &r.Label, &r.Scheme, &r.Consent, &r.Principal, &r.Code, &r.Ref, &r.Reason}
}

// digests are the fields that hold hex numbers. Digits in them are no personnummer, unless they are all there is.
func (r *Row) digests() []*string {
	return []*string{&r.ATR, &r.CertSerial, &r.ExeSHA256, &r.Proof, &r.SHA256, &r.Files}
}
