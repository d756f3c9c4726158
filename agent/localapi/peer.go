//go:build !canary_unknown_caller

package localapi

import (
	"net/http"

	"siths-agent/agent/safesocket"
)

// peerOf is who has sent a request, if the kernel has told.
func peerOf(r *http.Request) (safesocket.Peer, bool) { return safesocket.PeerFrom(r.Context()) }
