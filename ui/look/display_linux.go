package look

import (
	"context"
	"strconv"
	"strings"

	"siths-agent/internal/display"
)

// ordinaryDPI is the resolution at which X desktops draw text in its ordinary size.
const ordinaryDPI = 96

// askDisplay asks the X server for what desktops without a portal, such as Xfce, write down there.
func askDisplay(ctx context.Context, getenv func(string) string) Look {
	answer := make(chan Look, 1)
	go func() {
		w, _ := display.Ask(ctx, getenv) // a server that does not answer asks for nothing
		answer <- written(w)
	}()
	select {
	case l := <-answer:
		return l
	case <-ctx.Done():
		return Look{}
	}
}

// written is what the display's properties come to. An XSETTINGS manager knows better than the resources, which it may
// have filled in for older programs.
func written(w display.Wishes) Look {
	var l Look
	s := parseSettings(w.Settings)
	l.theme(s.theme)
	switch {
	case s.unscaled > 0:
		l.Text = float32(s.unscaled) / 1024 / ordinaryDPI
	case s.dpi > 0:
		l.Text = float32(s.dpi) / 1024 / ordinaryDPI
	default:
		l.Text = float32(resourceDPI(string(w.Resources)) / ordinaryDPI)
	}
	return l
}

// resourceDPI is the resource Xft.dpi, 0 when there is none.
func resourceDPI(resources string) float64 {
	for line := range strings.Lines(resources) {
		name, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) == "Xft.dpi" {
			dpi, err := strconv.ParseFloat(strings.TrimSpace(value), 32)
			if err == nil && dpi > 0 && dpi < 10000 {
				return dpi
			}
		}
	}
	return 0
}
