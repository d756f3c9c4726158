package desktop

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"siths-agent/internal/stack"
)

// Screenshot keeps a picture of the whole screen as a PNG file and returns its path: in $SITHS_SHOTS, else in bin/shots,
// in a folder by the test's name. Pictures of a test are numbered in the order they were taken.
func (d *Desktop) Screenshot(name string) string {
	d.tb.Helper()
	d.shots++
	path := filepath.Join(d.shotFolder(), fmt.Sprintf("%02d-%s.png", d.shots, name))
	d.must(d.shoot(d.tb.Context(), path))
	return path
}

// shotFolder is where this test's pictures are.
func (d *Desktop) shotFolder() string {
	root := os.Getenv("SITHS_SHOTS")
	if root == "" {
		root = filepath.Join(d.lab.Bin(), "shots")
	}
	return filepath.Join(root, strings.ReplaceAll(d.tb.Name(), "/", "-"))
}

// shoot writes a picture of the screen.
func (d *Desktop) shoot(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	var picture bytes.Buffer
	c := stack.Cmd{Path: "import", Args: []string{"-window", "root", "png:-"}, Env: d.Display.Env(), Stdout: &picture}
	r, err := d.lab.Lab.Run(ctx, c)
	if err != nil {
		return err
	}
	if r.Code != 0 {
		return fmt.Errorf("import ended with %d: %s", r.Code, r.Stderr)
	}
	return os.WriteFile(path, picture.Bytes(), 0o644)
}

// WaitPainted waits until a window shows something, and the same thing twice: for a moment after it has come, or has
// changed, it still has what was there before. One that has gone is not waited for.
func (d *Desktop) WaitPainted(w Window) {
	d.tb.Helper()
	var before []byte
	d.Await("something in the window", func() bool {
		now := d.pixels(w)
		settled := bytes.Equal(now, before)
		before = now
		return settled && (len(now) < pixel || string(now[:pixel]) != backdrop)
	})
}

const (
	pixel    = 3              // bytes: red, green and blue
	backdrop = "\x46\x82\xb4" // of the desktop, a colour that no window has in its corner
)

// pixels is what there is on the screen where a window is, from its upper left corner; none when it has gone. The window
// itself is not asked for them: import(1) waits for a click where there is no window of a number.
func (d *Desktop) pixels(w Window) []byte {
	d.tb.Helper()
	p := parsePlace(d.tools("xwininfo", "-id", w.ID).Stdout)
	if p.Width == 0 {
		return nil
	}
	crop := fmt.Sprintf("%dx%d+%d+%d", p.Width, p.Height, p.X, p.Y)
	return []byte(d.tools("import", "-window", "root", "-crop", crop, "-depth", "8", "rgb:-").Stdout)
}

// keepLastShot shows, after a failure, what was on the screen then.
func (d *Desktop) keepLastShot() {
	if !d.tb.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.tb.Context()), 5*time.Second)
	defer cancel()
	path := filepath.Join(d.shotFolder(), "failed.png")
	if err := d.shoot(ctx, path); err != nil {
		d.tb.Logf("no picture of the screen: %v", err)
		return
	}
	d.tb.Logf("the screen as the test failed: %s", path)
}
