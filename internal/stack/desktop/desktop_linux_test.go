package desktop_test

import (
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"siths-agent/internal/stack"
	"siths-agent/internal/stack/desktop"
	"siths-agent/internal/stack/stacktest"
)

// open makes a desktop beside those of other tests.
func open(t *testing.T, p desktop.Plan) *desktop.Desktop {
	t.Helper()
	t.Parallel()
	return desktop.Open(t, stacktest.New(t, stack.Options{}), p)
}

func TestAWindowComesInFrontWithTheKeyboardAndIsClosedByItsFrame(t *testing.T) {
	d := open(t, desktop.Plan{})
	p := d.Start("xmessage", "-title", "Forst", "hej")
	if w := d.WaitActive("^Forst$"); w.Class != "xmessage, Xmessage" {
		t.Errorf("the window is %+v", w)
	}
	d.Start("xmessage", "-title", "Sedan", "hej")
	second := d.WaitActive("^Sedan$")
	if p := d.Place(second); p.Width < 10 || p.Height < 10 {
		t.Errorf("the window is at %+v", p)
	}
	picture(t, d.Screenshot("two-windows"), 1024, 768)
	d.CloseByManager(d.WaitWindow("^Forst$"))
	<-p.Done()
	if left := d.Windows("."); len(left) != 1 || left[0].ID != second.ID {
		t.Errorf("left are %+v", left)
	}
}

// picture checks that a file is a picture of the whole screen with something on it.
func picture(t *testing.T, file string, width, height int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != width || size.Y != height {
		t.Errorf("%s is %v", file, size)
	}
	colours := map[any]bool{}
	for y := range height {
		for x := range width {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 2 {
		t.Errorf("%s has %d colours", file, len(colours))
	}
}

func TestAPanelComesAndGoesAndComesBack(t *testing.T) {
	d := open(t, desktop.Plan{Panel: true})
	if items := d.TrayItems(); len(items) != 0 {
		t.Errorf("an empty tray has %+v", items)
	}
	d.KillPanel()
	d.StartPanel()
	picture(t, d.Screenshot("panel"), 1024, 768)
}

func TestANoticeIsHeardAndShown(t *testing.T) {
	d := open(t, desktop.Plan{})
	conn := d.Bus.Dial()
	const notify = "org.freedesktop.Notifications"
	call := conn.Object(notify, "/org/freedesktop/Notifications").Call(notify+".Notify", 0,
		"prov", uint32(0), "", "Rubrik", "Text", []string{}, map[string]any{}, int32(-1))
	_ = call.Err
	n := d.WaitNotice("the only one", func(n desktop.Notice) bool { return n.App == "prov" })
	if n.Summary != "Rubrik" || n.Body != "Text" {
		t.Errorf("the notice is %+v", n)
	}
	d.WaitBubble()
	d.Screenshot("bubble")
}

func TestWhatIsCopiedIsKeptByTheClipboardManager(t *testing.T) {
	d := open(t, desktop.Plan{Clipboard: true})
	d.Copy("clipboard", "kopierat")
	d.WaitClipboardHistory("kopierat")
	d.Copy("primary", "markerat")
	if got := d.Selections(); got["clipboard"] != "kopierat" || got["primary"] != "markerat" {
		t.Errorf("to be pasted are %q", got)
	}
}

func TestANeighbourHearsWhatIsTypedIntoItAndNothingElse(t *testing.T) {
	d := open(t, desktop.Plan{TwoMonitors: true})
	n := d.Neighbour()
	d.Type("73")
	d.Key("Return")
	d.Await("three keys", func() bool { return len(n.Heard()) == 3 })
	d.Start("xmessage", "-title", "Sedan", "hej")
	if w := d.WaitActive("^Sedan$"); !d.OnScreen(w) {
		t.Errorf("a window is at %+v", d.Place(w))
	}
	d.Type("5")
	d.Focus(n.Window)
	d.Type("1")
	d.Await("a fourth key", func() bool { return len(n.Heard()) == 4 })
	if heard := n.Heard(); !slices.Equal(heard, []string{"7", "3", "Return", "1"}) {
		t.Errorf("heard were %q", heard)
	}
	if r := d.Run("xrandr", "--listmonitors"); !strings.HasPrefix(r.Stdout, "Monitors: 2\n") {
		t.Errorf("xrandr: %s%s", r.Stdout, r.Stderr)
	}
}

func TestADisplayWithoutOpenGLHasNone(t *testing.T) {
	d := open(t, desktop.Plan{NoManager: true, Screen: stack.Screen{Size: "640x480", NoGL: true}})
	r := d.Run("xdpyinfo")
	if strings.Contains(r.Stdout, "GLX") || !strings.Contains(r.Stdout, "640x480 pixels") {
		t.Errorf("the display: %s%s", r.Stdout, r.Stderr)
	}
}
