package localapi

// Kind says what a caller is to the service. A caller has the rights of the strongest kind that fits.
type Kind string

// The kinds of caller, strongest first.
const (
	Admin    Kind = "admin"    // root, SYSTEM, or the user that the service runs as
	Helpdesk Kind = "helpdesk" // a member of the group siths-helpdesk
	Owner    Kind = "owner"    // the user whose account the card opens, or has opened
	Other    Kind = "other"    // any other local user
)

// Kinds returns all kinds, strongest first.
func Kinds() []Kind { return []Kind{Admin, Helpdesk, Owner, Other} }

// Verb is one method and path of the API.
type Verb string

// The verbs.
const (
	Snapshot     Verb = "GET /v1/snapshot"
	Watch        Verb = "GET /v1/watch"
	Health       Verb = "GET /v1/health"
	PIN          Verb = "POST /v1/pin"
	PINChange    Verb = "POST /v1/card/pin/change"
	PINUnblock   Verb = "POST /v1/card/pin/unblock"
	CardUnblock  Verb = "POST /v1/card/unblock" // another name of the former
	Lock         Verb = "POST /v1/lock"
	Consent      Verb = "POST /v1/consent"
	UnlockBegin  Verb = "POST /v1/unlock/begin"
	UnlockFinish Verb = "POST /v1/unlock/finish"
	OpenSession  Verb = "POST /v1/session"
	Audit        Verb = "GET /v1/audit"
	Report       Verb = "GET /v1/report"
	Admap        Verb = "GET /v1/admap"
	Diag         Verb = "GET /v1/diag"

	SystemsList   Verb = "GET /v1/systems"
	SystemAcquire Verb = "POST /v1/systems/{name}/acquire"
	SystemRelease Verb = "POST /v1/systems/{name}/release"
	SystemExplain Verb = "POST /v1/systems/{name}/explain"
	SystemEnroll  Verb = "POST /v1/systems/{name}/enroll"
	SystemForget  Verb = "DELETE /v1/systems/{name}/secret"
)

// Right says how far a kind of caller may use a verb.
type Right string

// The rights.
const (
	No   Right = "no"
	Self Right = "self" // for the caller's own account, and seeing the caller's own data
	Bare Right = "bare" // without anybody's personal data
	All  Right = "all"
)

// Rights is the table of who may do what. Whatever it does not name is No.
//
// PIN, card care and unlock are Self for every local user: a screen locker runs as its user, a card that is blocked has no
// owner by Kind yet, and the service compares the user
// with the account that the card opens. That comparison is made by the agent, with the card in hand.
func Rights() map[Verb]map[Kind]Right {
	return map[Verb]map[Kind]Right{
		Snapshot:     {Admin: All, Helpdesk: All, Owner: Self, Other: Bare},
		Watch:        {Admin: All, Helpdesk: All, Owner: Self, Other: Bare},
		Health:       {Admin: All, Helpdesk: All, Owner: All, Other: All},
		PIN:          {Admin: All, Helpdesk: Self, Owner: Self, Other: Self},
		PINChange:    {Admin: All, Helpdesk: Self, Owner: Self, Other: Self},
		PINUnblock:   {Admin: All, Helpdesk: Self, Owner: Self, Other: Self},
		CardUnblock:  {Admin: All, Helpdesk: Self, Owner: Self, Other: Self},
		Lock:         {Admin: All, Owner: Self},
		Consent:      {Admin: Self, Helpdesk: Self, Owner: Self},
		UnlockBegin:  {Admin: All, Helpdesk: Self, Owner: Self, Other: Self},
		UnlockFinish: {Admin: All, Helpdesk: Self, Owner: Self, Other: Self},
		OpenSession:  {Admin: All},
		Audit:        {Admin: All, Helpdesk: All, Owner: Self, Other: Self},
		Report:       {Admin: All, Helpdesk: All, Owner: Self, Other: Self},
		Admap:        {Admin: All, Helpdesk: All, Owner: Self},
		Diag:         {Admin: All, Helpdesk: All, Owner: Self},

		SystemsList:   {Admin: All, Helpdesk: All, Owner: Self},
		SystemAcquire: {Admin: All, Owner: Self},
		SystemRelease: {Admin: All, Owner: Self},
		SystemExplain: {Admin: All, Helpdesk: All, Owner: Self},
		SystemEnroll:  {Admin: All, Owner: Self},
		SystemForget:  {Admin: All, Owner: Self},
	}
}
