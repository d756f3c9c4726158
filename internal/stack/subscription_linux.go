package stack

import (
	"context"
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

// subscription watches the bus for the moment from which a program hears a session's signals. GLib subscribes first
// and then asks who owns logind's name; only when it has the answer does the program connect its handler, and a
// signal before that is lost. Messages reach the program in order, so a signal sent after the answer is heard.
type subscription struct {
	session  dbus.ObjectPath
	conn     *dbus.Conn
	messages chan *dbus.Message
	followed map[string]bool // senders that have subscribed to the session
	asked    map[call]bool   // their questions after that
}

// call names a method call on the bus.
type call struct {
	sender string
	serial uint32
}

// watchSubscription begins to watch for whoever subscribes to the session next.
func (s *Session) watchSubscription(ctx context.Context) (*subscription, error) {
	conn, err := s.logind.bus.Dial(ctx)
	if err != nil {
		return nil, err
	}
	rules := []string{
		"type='method_call',interface='org.freedesktop.DBus',member='AddMatch'",
		"type='method_call',interface='org.freedesktop.DBus',member='GetNameOwner'",
		"type='method_return',sender='org.freedesktop.DBus'",
	}
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, rules, uint32(0)).Err
	if err != nil {
		_ = conn.Close() // the first error is the one to tell
		return nil, fmt.Errorf("watching the bus: %w", err)
	}
	w := &subscription{session: s.path, conn: conn, messages: make(chan *dbus.Message, 1024),
		followed: map[string]bool{}, asked: map[call]bool{}}
	conn.Eavesdrop(w.messages)
	return w, nil
}

// seen tells whether a program hears the session's signals by now.
func (w *subscription) seen() bool {
	for {
		select {
		case m, ok := <-w.messages:
			if !ok {
				return false
			}
			if w.take(m) {
				return true
			}
		default:
			return false
		}
	}
}

// take takes one message in and tells whether it is the awaited answer.
func (w *subscription) take(m *dbus.Message) bool {
	member, _ := m.Headers[dbus.FieldMember].Value().(string)
	sender, _ := m.Headers[dbus.FieldSender].Value().(string)
	to, _ := m.Headers[dbus.FieldDestination].Value().(string)
	answers, _ := m.Headers[dbus.FieldReplySerial].Value().(uint32)
	switch {
	case m.Type == dbus.TypeMethodReply:
		return w.asked[call{to, answers}]
	case member == "AddMatch" && w.mentionsSession(m.Body):
		w.followed[sender] = true
	case member == "GetNameOwner" && w.followed[sender]:
		w.asked[call{sender, m.Serial()}] = true
	}
	return false
}

// mentionsSession looks for the session in a match rule.
func (w *subscription) mentionsSession(body []any) bool {
	if len(body) != 1 {
		return false
	}
	rule, _ := body[0].(string)
	return strings.Contains(rule, "'"+string(w.session)+"'")
}

// Close ends the watch.
func (w *subscription) Close() { _ = w.conn.Close() }
