package unlock

import (
	"github.com/godbus/dbus/v5"
)

// sleepChange is what a PrepareForSleep signal says.
type sleepChange struct{ asleep bool }

// ownerChange is what a NameOwnerChanged signal says of logind's name; an empty owner means that it is gone.
type ownerChange struct{ owner string }

// parseSignal reads a signal: an Event of a session, a sleepChange, an ownerChange, or nil for all else, malformed
// ones included. Who sent it is the caller's to check.
func parseSignal(s *dbus.Signal) any {
	switch s.Name {
	case sessionFace + ".Lock":
		return sessionEvent(Locked, s.Path)
	case sessionFace + ".Unlock":
		return sessionEvent(Unlocked, s.Path)
	case propertyFace + ".PropertiesChanged":
		return hintEvent(s)
	case managerFace + ".SessionRemoved":
		return managerEvent(Ended, s.Body)
	case managerFace + ".SessionNew":
		return managerEvent(Began, s.Body)
	case managerFace + ".PrepareForSleep":
		if asleep, err := only[bool](s.Body); err == nil {
			return sleepChange{asleep}
		}
	case busName + ".NameOwnerChanged":
		return parseOwnerChange(s.Body)
	}
	return nil
}

func sessionEvent(kind Kind, path dbus.ObjectPath) any {
	id, ok := sessionID(path)
	if !ok {
		return nil
	}
	return Event{Kind: kind, Session: id}
}

// hintEvent reads PropertiesChanged ("sa{sv}as") of a session for its LockedHint, or else its IdleHint.
func hintEvent(s *dbus.Signal) any {
	if len(s.Body) != 3 || s.Body[0] != any(sessionFace) {
		return nil
	}
	changed, ok := s.Body[1].(map[string]dbus.Variant)
	if !ok {
		return nil
	}
	if hint, ok := changed["LockedHint"].Value().(bool); ok {
		return sessionEvent(either(hint, HintLocked, HintUnlocked), s.Path)
	}
	if hint, ok := changed["IdleHint"].Value().(bool); ok {
		return sessionEvent(either(hint, Idle, Active), s.Path)
	}
	return nil
}

func either(is bool, yes, no Kind) Kind {
	if is {
		return yes
	}
	return no
}

// managerEvent reads SessionNew and SessionRemoved ("so": ID, object).
func managerEvent(kind Kind, body []any) any {
	if len(body) != 2 {
		return nil
	}
	id, ok := body[0].(string)
	if !ok || id == "" {
		return nil
	}
	return Event{Kind: kind, Session: id}
}

// parseOwnerChange reads NameOwnerChanged ("sss": name, old owner, new owner).
func parseOwnerChange(body []any) any {
	if len(body) != 3 || body[0] != any(loginName) {
		return nil
	}
	owner, ok := body[2].(string)
	if !ok {
		return nil
	}
	return ownerChange{owner}
}
