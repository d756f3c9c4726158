package apitype

import "time"

// Diag is what the service alone knows when somebody looks for what is wrong. It is the answer of GET /v1/diag.
type Diag struct {
	V        int         `json:"v"`
	Snapshot Snapshot    `json:"snapshot"` // as the caller may see it
	Started  time.Time   `json:"started,omitzero"`
	Events   []DiagEvent `json:"events,omitempty"` // the last ones that the caller may see, oldest first
}

// DiagEvents is how many events a Diag has at most.
const DiagEvents = 10

// DiagEvent is a row of the audit log without anybody in it.
type DiagEvent struct {
	Time  time.Time `json:"time"`
	Event string    `json:"event"`
	Code  string    `json:"code,omitempty"`
	Ref   string    `json:"ref,omitempty"`
}
