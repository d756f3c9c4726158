package look

import (
	"bufio"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"siths-agent/ui/text"
)

func homeVars(dir string) map[string]string { return map[string]string{"HOME": dir} }

func TestTheFileIsWhereTheDesktopKeepsSuchFiles(t *testing.T) {
	for want, vars := range map[string]map[string]string{
		"/home/a/.config/siths-agent/ui.toml": {"HOME": "/home/a", "XDG_CONFIG_HOME": "relative"},
		"/srv/c/siths-agent/ui.toml":          {"HOME": "/home/a", "XDG_CONFIG_HOME": "/srv/c"},
		"":                                    {"HOME": "a"},
	} {
		if got := filePath(env(vars)); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestTheNameOfAThemeTells(t *testing.T) {
	for name, want := range map[string]Look{
		"": {}, "Adwaita": {}, "Adwaita:dark": {Dark: true}, "Adwaita-dark": {Dark: true}, "Yaru-dark": {Dark: true},
		"HighContrast": {Contrast: true}, "HighContrastInverse": {Contrast: true, Dark: true}, "HighContrast:inverse": {Contrast: true},
	} {
		if got := Desktop(t.Context(), env(map[string]string{"GTK_THEME": name})); got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// bus is a real session bus, for this test alone.
func bus(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1",
		"--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// portal answers as the desktop's does.
type portal settings

// ReadAll is the method of that name.
func (p portal) ReadAll([]string) (map[string]map[string]dbus.Variant, *dbus.Error) { return p, nil }

// serve puts a portal on a bus.
func serve(t *testing.T, address string, p portal) {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Export(p, portalPath, "org.freedesktop.portal.Settings"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(portalName, dbus.NameFlagReplaceExisting|dbus.NameFlagAllowReplacement); err != nil {
		t.Fatal(err)
	}
}

func settingsOf(namespace, key string, value any) portal {
	return portal{namespace: {key: dbus.MakeVariant(value)}}
}

func TestTheDesktopsPortalIsAsked(t *testing.T) {
	address := bus(t)
	for _, c := range []struct {
		says portal
		want Look
	}{
		{portal{}, Look{}},
		{settingsOf(appearance, "color-scheme", uint32(1)), Look{Dark: true}},
		{settingsOf(appearance, "color-scheme", uint32(2)), Look{}},
		{settingsOf(appearance, "color-scheme", "dark"), Look{}},
		{settingsOf(appearance, "contrast", uint32(1)), Look{Contrast: true}},
		{settingsOf(gnomeA11y, "high-contrast", true), Look{Contrast: true}},
		{settingsOf(gnome, "gtk-theme", "HighContrastInverse"), Look{Contrast: true, Dark: true}},
		{settingsOf(gnome, "text-scaling-factor", 1.25), Look{Text: 1.25}},
		{settingsOf(gnome, "text-scaling-factor", "big"), Look{}},
	} {
		serve(t, address, c.says)
		if got := desktop(t.Context(), env(map[string]string{"DBUS_SESSION_BUS_ADDRESS": address})); got != c.want {
			t.Errorf("%v makes %+v, not %+v", c.says, got, c.want)
		}
	}
}

func TestADesktopThatDoesNotAnswerIsNotWaitedFor(t *testing.T) {
	silent := filepath.Join(t.TempDir(), "silent")
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for _, address := range []string{"unix:path=" + silent, "unix:path=/nowhere", "nonsense", bus(t)} {
		vars := with(home(t, "text = 200\n"), "DBUS_SESSION_BUS_ADDRESS", address)
		if w, errs := Want(t.Context(), env(vars)); w != (Wanted{Look: Look{Text: 2}, Lang: text.EN}) || len(errs) != 0 {
			t.Errorf("%s: %+v, %v", address, w, errs)
		}
	}
}
