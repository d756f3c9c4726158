package apitype

// Admap is what Active Directory has to know about the certificate that a card logs in with.
type Admap struct {
	Name      string `json:"name,omitempty"`
	HSAID     string `json:"hsa_id"`
	Mapping   string `json:"alt_security_identities"` // one value of the attribute altSecurityIdentities
	Directory Held   `json:"directory,omitempty"`     // empty where policy names no directory
	Why       Code   `json:"why,omitempty"`           // with HeldUnknown
}

// Held says whether the directory's entry of the person has the mapping.
type Held string

// What a directory can hold.
const (
	HeldPresent  Held = "present"
	HeldAbsent   Held = "absent"    // the person is there, the mapping is not
	HeldNotFound Held = "not-found" // nobody there has the HSA-id
	HeldUnknown  Held = "unknown"
)
