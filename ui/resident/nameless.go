//go:build !canary_resident_nameless

package resident

import "siths-agent/agent/apitype"

// nameless is a snapshot without what tells of a person: a notification may be seen by anybody who passes the screen.
func nameless(s apitype.Snapshot) apitype.Snapshot {
	if h := s.Holder; h != nil {
		s.Holder = &apitype.Holder{Carrier: h.Carrier, NotAfter: h.NotAfter, DaysLeft: h.DaysLeft, Revocation: h.Revocation}
	}
	if c := s.Card; c != nil {
		s.Card = &apitype.Card{Insertion: c.Insertion}
	}
	s.Reader, s.Session, s.Systems = nil, nil, nil
	return s
}
