//go:build !canary_p11_user

package p11

import "siths-agent/agent/safesocket"

// isTheirs says whether a socket is for the user at the other end.
func isTheirs(peer safesocket.Peer, door Socket) bool { return peer.UID == door.UID }
