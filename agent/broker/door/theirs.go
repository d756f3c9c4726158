//go:build !canary_door_user

package door

import "siths-agent/agent/safesocket"

// isTheirs says whether a door is for the user at the other end.
func isTheirs(peer safesocket.Peer, door Door) bool { return peer.UID == door.UID }
