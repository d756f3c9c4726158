//go:build !canary_room_for_all

package localapi

// givesWay says whether the user with most connections loses one to a user who has few.
func givesWay(most, few int) bool { return most > few+1 }
