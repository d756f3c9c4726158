//go:build canary_own_rows

package localapi

import "siths-agent/agent/audit"

func (s *Server) about(request, audit.Entry, map[string]bool) bool { return true }
