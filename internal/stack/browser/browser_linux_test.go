package browser_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/browser"
	"siths-agent/internal/stack/stacktest"
	"siths-agent/internal/testpki"
)

func TestABrowserTellsPagesFromRefusalsAndGoesOn(t *testing.T) {
	t.Parallel()
	world := stacktest.New(t, stack.Options{})
	pki, err := testpki.New(testpki.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(world.Lifetime(), lab.Options{Dir: world.Path("lab"), PKI: pki, Parts: []lab.Part{lab.Web, lab.SPNEGO}, Ports: lab.FixedPorts(), Enter: world.Enter()})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []browser.Kind{browser.Chromium, browser.Firefox} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			b, err := browser.Start(ctx, world.Lab, browser.Options{Kind: kind, As: "anna"})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = b.Close() }()
			for range 2 {
				page, err := b.Load(ctx, l.URL(lab.SPNEGO))
				if err != nil || !strings.Contains(page, "Unauthorized") {
					t.Errorf("a page that says that a ticket is needed: %v: %q", err, page)
				}
				page, err = b.Load(ctx, l.URL(lab.Web))
				if refused := (*browser.LoadError)(nil); !errors.As(err, &refused) {
					t.Errorf("a server that nobody trusts: %v: %q", err, page)
				} else {
					t.Log(refused)
				}
			}
		})
	}
}
