package unlock

import (
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// only takes the single value out of a message's body.
func only[T any](body []any) (T, error) {
	var zero T
	if len(body) != 1 {
		return zero, fmt.Errorf("%w: %d values instead of one", ErrMalformed, len(body))
	}
	v, ok := body[0].(T)
	if !ok {
		return zero, fmt.Errorf("%w: %T instead of %T", ErrMalformed, body[0], zero)
	}
	return v, nil
}

// pathReply reads the answer of GetSessionByPID ("o"): the object of a session.
func pathReply(body []any) (dbus.ObjectPath, error) {
	path, err := only[dbus.ObjectPath](body)
	if err != nil {
		return "", err
	}
	if _, ok := sessionID(path); !ok {
		return "", fmt.Errorf("%w: %q is no session", ErrMalformed, path)
	}
	return path, nil
}

// sessionReply reads the answer of GetAll for a session ("a{sv}"): Id "s", Name "s", User "(uo)".
func sessionReply(body []any) (Session, error) {
	all, err := only[map[string]dbus.Variant](body)
	if err != nil {
		return Session{}, err
	}
	id, okID := all["Id"].Value().(string)
	name, okName := all["Name"].Value().(string)
	user, okUser := all["User"].Value().([]any)
	if !okID || !okName || !okUser || id == "" || len(user) != 2 {
		return Session{}, fmt.Errorf("%w: properties of a session", ErrMalformed)
	}
	uid, ok := user[0].(uint32)
	if !ok {
		return Session{}, fmt.Errorf("%w: user of session %q", ErrMalformed, id)
	}
	return Session{ID: id, UID: uid, User: name}, nil
}

// sessionsReply reads the answer of ListSessions ("a(susso)": ID, user, user's name, seat, object).
func sessionsReply(body []any) ([]Session, error) {
	rows, err := only[[][]any](body)
	if err != nil {
		return nil, err
	}
	all := make([]Session, 0, len(rows))
	for _, row := range rows {
		if len(row) != 5 {
			return nil, fmt.Errorf("%w: a session of %d fields", ErrMalformed, len(row))
		}
		id, okID := row[0].(string)
		uid, okUID := row[1].(uint32)
		name, okName := row[2].(string)
		if !okID || !okUID || !okName || id == "" {
			return nil, fmt.Errorf("%w: a row of ListSessions", ErrMalformed)
		}
		all = append(all, Session{ID: id, UID: uid, User: name})
	}
	return all, nil
}

// sessionPrefix begins the object path of every session.
const sessionPrefix = "/org/freedesktop/login1/session/"

// sessionID reads the ID out of a session's object path, in which a byte that paths cannot have is "_" and two
// lower-case hexadecimal digits (sd_bus_path_encode(3)).
func sessionID(path dbus.ObjectPath) (string, bool) {
	label, ok := strings.CutPrefix(string(path), sessionPrefix)
	if !ok || label == "" {
		return "", false
	}
	var id strings.Builder
	for i := 0; i < len(label); i++ {
		if label[i] != '_' {
			id.WriteByte(label[i])
			continue
		}
		if i+2 >= len(label) {
			return "", false
		}
		high, okHigh := hexDigit(label[i+1])
		low, okLow := hexDigit(label[i+2])
		if !okHigh || !okLow {
			return "", false
		}
		id.WriteByte(high<<4 | low)
		i += 2
	}
	return id.String(), true
}

// hexDigit reads one lower-case hexadecimal digit.
func hexDigit(c byte) (byte, bool) {
	n := strings.IndexByte("0123456789abcdef", c)
	return byte(max(n, 0)), n >= 0
}
