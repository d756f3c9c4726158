package look

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// The settings portal (org.freedesktop.portal.Settings) and what it is asked for. The first namespace is the portal's own,
// the others are GNOME's, which its portal and GTK's hand on.
const (
	portalName = "org.freedesktop.portal.Desktop"
	portalPath = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	readAll    = "org.freedesktop.portal.Settings.ReadAll"

	appearance = "org.freedesktop.appearance"
	gnome      = "org.gnome.desktop.interface"
	gnomeA11y  = "org.gnome.desktop.a11y.interface"
)

// settings are answers of the portal: by namespace and key.
type settings map[string]map[string]dbus.Variant

// askPortal asks the desktop. One that has no portal, or none that answers until ctx ends, asks for nothing.
func askPortal(ctx context.Context, getenv func(string) string) Look {
	address := getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		return Look{} // and no bus is started for this
	}
	answer := make(chan settings, 1)
	go func() { answer <- ask(ctx, address) }()
	select {
	case s := <-answer:
		return s.look()
	case <-ctx.Done():
		return Look{}
	}
}

// ask may outlast ctx where a bus accepts connections and says nothing; it ends with the process then.
func ask(ctx context.Context, address string) settings {
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	call := conn.Object(portalName, portalPath).CallWithContext(ctx, readAll, 0, []string{appearance, gnome, gnomeA11y})
	var s settings
	if call.Err != nil || len(call.Body) != 1 || call.Store((*map[string]map[string]dbus.Variant)(&s)) != nil {
		return nil
	}
	return s
}

// look is what the answers come to. The values are those of the portal's documentation: color-scheme 1 prefers dark,
// contrast 1 prefers more of it.
func (s settings) look() Look {
	var l Look
	if theme, ok := s[gnome]["gtk-theme"].Value().(string); ok {
		l.theme(theme)
	}
	if scheme, ok := s[appearance]["color-scheme"].Value().(uint32); ok && scheme > 0 {
		l.Dark = scheme == 1 || l.Contrast && l.Dark // a theme with contrast knows best which of the two it is
	}
	if contrast, ok := s[appearance]["contrast"].Value().(uint32); ok && contrast == 1 {
		l.Contrast = true
	}
	if high, ok := s[gnomeA11y]["high-contrast"].Value().(bool); ok && high {
		l.Contrast = true
	}
	if factor, ok := s[gnome]["text-scaling-factor"].Value().(float64); ok {
		l.Text = float32(factor)
	}
	return l
}
