package localapi

import (
	"net/http"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

func (s *Server) pinChange(w http.ResponseWriter, r request) { s.care(w, r, apitype.CareRequest{}) }
func (s *Server) pinUnblock(w http.ResponseWriter, r request) {
	s.care(w, r, apitype.CareRequest{Unblock: true})
}

// care takes the old PIN or the PUK, and the new PIN.
func (s *Server) care(w http.ResponseWriter, r request, req apitype.CareRequest) {
	if !asksToSwitch(w, r) {
		return
	}
	switch r.Header.Get(apitype.HeaderPIN) {
	case "", apitype.PINAuth:
	case apitype.PINSign:
		req.Sign = true
	default:
		turnAway(w, apitype.HeaderPIN+" is "+apitype.PINAuth+" or "+apitype.PINSign, http.StatusBadRequest)
		return
	}
	req.LastTry = r.Header.Get(apitype.HeaderLastTry) == "yes"
	caller := s.caller(r)
	raw(w, r, 2, func(insertion uint64, typed []*secret.Buffer) apitype.PINResult {
		req.Insertion = insertion
		return s.Agent.Care(r.Context(), caller, req, typed[0], typed[1])
	})
}
