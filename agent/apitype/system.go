package apitype

import "time"

// SystemList is the answer of GET /v1/systems.
type SystemList struct {
	V       int           `json:"v"`
	Systems []SystemEntry `json:"systems"`
}

// SystemEntry is a business system with what a program of the person needs to get in. It is also the answer of POST
// /v1/systems/{name}/acquire.
type SystemEntry struct {
	System
	Use *SystemUse `json:"use,omitempty"` // only for who may use it
}

// SystemUse tells a program where its proof is. What does not belong to the system's kind is absent.
type SystemUse struct {
	Module  string `json:"module,omitempty"`  // tls, ssh: the PKCS#11 module that speaks to the virtual card
	Address string `json:"address,omitempty"` // tls, ssh: of the virtual card, the value of P11_KIT_SERVER_ADDRESS

	Cache     string    `json:"ccache,omitempty"` // kerberos: the value of KRB5CCNAME
	Principal string    `json:"principal,omitempty"`
	Until     time.Time `json:"until,omitzero"` // kerberos: when the ticket ends; absent: there is none

	Socket    string `json:"socket,omitempty"`     // ssh: the value of SSH_AUTH_SOCK
	PublicKey string `json:"public_key,omitempty"` // ssh: one line for authorized_keys (sshd(8)); absent while no card is open
}

// ExplainRequest is the body of POST /v1/systems/{name}/explain: a program that runs, or the path of one. With neither,
// what the system asks for is told all the same.
type ExplainRequest struct {
	PID     int32  `json:"pid,omitempty"`
	Program string `json:"program,omitempty"`
}

// Explanation says whether a program would get what it asks a system for, and why.
type Explanation struct {
	V       int     `json:"v"`
	System  string  `json:"system"`
	Title   string  `json:"title,omitempty"`
	Allowed bool    `json:"allowed"`
	Rule    string  `json:"rule,omitempty"` // the file that decides
	Why     Code    `json:"why,omitempty"`  // what stands in the way whichever program asks
	Checks  []Check `json:"checks,omitempty"`
}

// Check is one condition of a rule.
type Check struct {
	What   string   `json:"what"`             // "login", "time", "user", "session", "process", "exe", "package", "label", "tier", "consent", "own" or another
	Wanted []string `json:"wanted,omitempty"` // any of these
	Seen   string   `json:"seen,omitempty"`   // absent: nothing, or not known
	Met    bool     `json:"met"`
}
