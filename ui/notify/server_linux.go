package notify

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"siths-agent/ui/icon"
	"siths-agent/ui/resident"
)

// Who shows notifications (freedesktop.org, Desktop Notifications Specification 1.2).
const (
	busName = "org.freedesktop.Notifications"
	busPath = "/org/freedesktop/Notifications"
)

const (
	appName      = "SITHS Agent"
	desktopEntry = "siths-tray" // the name of the program's .desktop file
	iconSize     = 48           // pixels

	// patience is how long the server may take to answer.
	patience = 5 * time.Second
)

// The urgencies (section 5.1.1).
const (
	normal   = byte(1)
	critical = byte(2)
)

// server is whoever shows notifications now.
type server struct {
	bus    dbus.BusObject
	object dbus.BusObject
	owner  string // its unique name, when it is known; empty: nothing is known of it
	can    []string
	ids    map[resident.Kind]uint32 // of what is on the screen
}

// subscribe asks for what the server tells, and for its coming and going.
func (s *server) subscribe(ctx context.Context, conn *dbus.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s.forget()
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName)); err != nil {
		return fmt.Errorf("asking what becomes of notifications: %w", err)
	}
	err := conn.AddMatchSignalContext(ctx, dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, busName))
	if err != nil {
		return fmt.Errorf("asking who shows notifications: %w", err)
	}
	return nil
}

// forget forgets a server that has gone, and all it had shown.
func (s *server) forget() { s.owner, s.can, s.ids = "", nil, map[resident.Kind]uint32{} }

func (s *server) grant(ctx context.Context, k resident.Kind, w wish) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if w.notice != nil {
		return s.show(ctx, *w.notice)
	}
	id, shown := s.ids[k]
	if !shown {
		return nil
	}
	delete(s.ids, k)
	return s.object.CallWithContext(ctx, busName+".CloseNotification", 0, id).Err
}

// show shows a notification, in place of the one of its kind (section 9, Notify).
func (s *server) show(ctx context.Context, n resident.Notice) error {
	if err := s.learn(ctx); err != nil {
		return err
	}
	hints := map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant(desktopEntry),
		"urgency":       dbus.MakeVariant(normal),
		"image-data":    dbus.MakeVariant(pixels(icon.Panel(n.Icon, n.Severity, iconSize))),
	}
	if n.Urgent {
		hints["urgency"] = dbus.MakeVariant(critical)
	}
	actions := []string{}
	if slices.Contains(s.can, "actions") {
		actions = []string{"default", n.More} // chosen by a click; some servers have a button of that label too
	}
	body := written(n.Body, slices.Contains(s.can, "body-markup"))
	var id uint32
	err := s.object.CallWithContext(ctx, busName+".Notify", 0,
		appName, s.ids[n.Kind], "", n.Title, body, actions, hints, int32(-1)).Store(&id) // -1: as long as the server thinks
	if err == nil {
		s.ids[n.Kind] = id
	}
	return err
}

// learn asks the server once who it is and what it can do. The first question may be what starts it.
func (s *server) learn(ctx context.Context) error {
	if s.owner != "" {
		return nil
	}
	if err := s.object.CallWithContext(ctx, busName+".GetCapabilities", 0).Store(&s.can); err != nil {
		return err
	}
	return s.bus.CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, busName).Store(&s.owner)
}

// isAnother says whether a NameOwnerChanged (D-Bus Specification, "Message Bus Messages") is about another server than the
// one that is known: that a server was started to answer us is told after its answer.
func (s *server) isAnother(sig *dbus.Signal) bool {
	return len(sig.Body) == 3 && sig.Body[0] == busName && (s.owner == "" || sig.Body[2] != s.owner)
}

// kindOf finds which notification a signal is about.
func (s *server) kindOf(sig *dbus.Signal) (resident.Kind, bool) {
	if len(sig.Body) != 2 {
		return 0, false
	}
	for k, id := range s.ids {
		if sig.Body[0] == id {
			return k, true
		}
	}
	return 0, false
}

// raw is a picture as a hint has it (section 5, image-data: "iiibiiay").
type raw struct {
	Width, Height, RowStride int32
	HasAlpha                 bool
	BitsPerSample, Channels  int32
	Data                     []byte
}

func pixels(m *image.NRGBA) raw {
	size := m.Bounds().Size()
	return raw{int32(size.X), int32(size.Y), int32(m.Stride), true, 8, 4, m.Pix}
}

// isAbsent says whether an error means that nobody shows notifications (D-Bus Specification, "Message Bus Messages").
func isAbsent(err error) bool {
	var e dbus.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Name == "org.freedesktop.DBus.Error.ServiceUnknown" || e.Name == "org.freedesktop.DBus.Error.NameHasNoOwner" ||
		strings.HasPrefix(e.Name, "org.freedesktop.DBus.Error.Spawn.")
}
