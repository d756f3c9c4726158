package look

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"

	"siths-agent/internal/display"
)

// xserver is a real one, for this test alone, and the variables that lead to it.
func xserver(t *testing.T) map[string]string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	cmd := exec.CommandContext(t.Context(), "Xvfb", "-displayfd", "3", "-nolisten", "tcp", "-noreset", "-screen", "0", "64x64x24")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	_ = w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"DISPLAY": ":" + strings.TrimSpace(number), "HOME": t.TempDir()}
}

// xrdb writes resources down at a server.
func xrdb(t *testing.T, vars map[string]string, resources string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xrdb", "-load", "-nocpp")
	cmd.Env = []string{"DISPLAY=" + vars["DISPLAY"], "HOME=" + vars["HOME"]}
	cmd.Stdin = strings.NewReader(resources)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestTheDisplaysResourcesTellTheSizeOfText(t *testing.T) {
	vars := xserver(t)
	if got := desktop(t.Context(), env(vars)); got != (Look{}) {
		t.Errorf("a server without resources asks for %+v", got)
	}
	for resources, want := range map[string]float32{
		"Xft.dpi:\t144\nXft.antialias: 1\n": 1.5, "Xft.antialias:\t1\n": 0, "Xft.dpi: 120.5\n": 120.5 / 96, "Xft.dpi: many\n": 0, "Xft.dpi: -7\n": 0,
	} {
		xrdb(t, vars, resources)
		if got := desktop(t.Context(), env(vars)); got != (Look{Text: want}) {
			t.Errorf("%q asks for %+v", resources, got)
		}
	}
}

// setting is one of an XSETTINGS manager.
type setting struct {
	kind  byte
	name  string
	value any
}

// manager is the property of a manager with some settings.
func manager(order binary.AppendByteOrder, all ...setting) []byte {
	b := []byte{0, 0, 0, 0}
	if order.String() == binary.BigEndian.String() {
		b[0] = 1
	}
	b = order.AppendUint32(order.AppendUint32(b, 42), uint32(len(all)))
	fill := func(s string) string { return s + strings.Repeat("\x00", (4-len(s)%4)%4) }
	for _, s := range all {
		b = order.AppendUint16(append(b, s.kind, 0), uint16(len(s.name)))
		b = order.AppendUint32(append(b, fill(s.name)...), 7)
		switch v := s.value.(type) {
		case int:
			b = order.AppendUint32(b, uint32(v))
		case string:
			b = append(order.AppendUint32(b, uint32(len(v))), fill(v)...)
		case []byte:
			b = append(b, v...)
		}
	}
	return b
}

func TestTheSettingsManagerIsBelieved(t *testing.T) {
	color := setting{kindColor, "Net/Color", make([]byte, 8)}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, c := range []struct {
			settings []setting
			want     Look
		}{
			{nil, Look{Text: 2}}, // the resources are left
			{[]setting{color, {kindString, "Net/ThemeName", "HighContrast"}}, Look{Contrast: true, Text: 2}},
			{[]setting{{kindString, "Net/IconThemeName", "x"}, {kindInteger, "Xft/DPI", 120 * 1024}}, Look{Text: 1.25}},
			{[]setting{{kindInteger, "Xft/DPI", 192 * 1024}, {kindInteger, "Gdk/UnscaledDPI", 96 * 1024}, {kindString, "Net/ThemeName", "Greybird-dark"}}, Look{Dark: true, Text: 1}},
			{[]setting{{kindInteger, "Xft/DPI", -1}}, Look{Text: 2}},
			{[]setting{{9, "Net/Unheard", nil}, {kindInteger, "Xft/DPI", 96 * 1024}}, Look{Text: 2}},
		} {
			w := display.Wishes{Resources: []byte("Xft.dpi:\t192\n"), Settings: manager(order, c.settings...)}
			if got := written(w); got != c.want {
				t.Errorf("%v makes %+v, not %+v", c.settings, got, c.want)
			}
		}
	}
}

func FuzzSettings(f *testing.F) {
	f.Add(manager(binary.LittleEndian, setting{kindInteger, "Xft/DPI", 96 * 1024}, setting{kindString, "Net/ThemeName", "HighContrast"}))
	f.Add(manager(binary.BigEndian, setting{kindColor, "Net/Color", make([]byte, 8)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := parseSettings(b)
		if s.theme != "" && !bytes.Contains(b, []byte(s.theme)) {
			t.Errorf("the theme %q is not there", s.theme)
		}
		if scale := written(display.Wishes{Settings: b, Resources: b}).Scale(); !(scale >= SmallestText && scale <= LargestText) {
			t.Errorf("the text is %v", scale)
		}
	})
}
