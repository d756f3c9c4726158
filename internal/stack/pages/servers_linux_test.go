package pages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
)

// TestServersThatAreSetUpAsThePageSaysNeedNoCut is about the settings of docs/sso-servers.md.
func TestServersThatAreSetUpAsThePageSaysNeedNoCut(t *testing.T) {
	t.Parallel()
	const dir = "../../../docs/servers/"
	settings := map[lab.Part]string{lab.Strict: dir + "apache.conf", lab.Nginx: dir + "nginx.conf", lab.HAProxy: dir + "haproxy.cfg"}
	parts := slices.Collect(maps.Keys(settings))
	w := openSet(t, nil, settings, parts...)
	b := w.start(browser.Chromium)
	w.insert(w.card())
	for _, part := range parts {
		w.until(b, w.lab.URL(part), true)
	}
	w.out()
	w.idle(parts...)
	for _, part := range parts {
		if w.load(b, w.lab.URL(part)) == nil {
			t.Errorf("%s served a page after the removal", part)
		}
	}
}

// idle waits until servers have ended the connections that nobody has used for a while.
func (w *world) idle(parts ...lab.Part) {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.tb.Context(), patience)
	defer cancel()
	var ports []string
	for _, part := range parts {
		ports = append(ports, fmt.Sprintf("dport = :%d", w.lab.Ports[part]))
	}
	var open string
	err := stack.Await(ctx, "the end of all connections", func() bool {
		r := w.Run(stack.Cmd{Path: "ss", Args: []string{"-Htn", "state", "established", "( " + strings.Join(ports, " or ") + " )"}})
		open = r.Stdout + r.Stderr
		return open == ""
	})
	if err != nil {
		w.tb.Errorf("%v: %s", err, open)
	}
}
