package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"siths-agent/internal/lab"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

const (
	pageRounds = 3
	pageFiles  = 13 // the page and its pictures
	pageTime   = 30 * time.Second
	typeAgain  = time.Second // Chromium takes no key for a moment after its box has come
)

func browsers() []string { return []string{"chromium", "firefox-esr"} }

// visits are starts of a browser, each until it has all of a page with its pictures.
type visits struct {
	took       sample // s from its start until the server has sent the last picture, without the time that a PIN box was there
	asked      sample // s that the box was there
	signatures sample
	stuck      []string // those that did not get there in time, and how far they came
}

// measurePages has browsers show a page with pictures, on a slow card: by the virtual card, and by OpenSC's module. That
// has the browser ask for the PIN in a box of its own, where it is typed.
func (w *world) measurePages(ctx context.Context) (figures []figure, err error) {
	err = try(ctx, func(tb testing.TB) error {
		o := openOffice(tb)
		ours, err := o.visitAll(ctx)
		if err != nil {
			return err
		}
		if err := o.toOpenSC(); err != nil {
			return err
		}
		theirs, err := o.visitAll(ctx)
		for _, b := range browsers() {
			figures = append(figures, pageFigures(b, ours[b], theirs[b])...)
		}
		return err
	})
	return figures, err
}

func pageFigures(browser string, ours, theirs visits) []figure {
	name := browser + " and a page of 12 pictures on a slow card"
	row := func(what, unit string, ours, theirs sample, note string) figure {
		return figure{Name: name + ": " + what, Unit: unit, Ours: number(ours.median()), Peers: map[string]number{directOpenSC: number(theirs.median())}, Note: note}
	}
	return []figure{
		row("signatures", signed, ours.signatures, theirs.signatures, ""),
		row("from its start, median", seconds, ours.took, theirs.took,
			fmt.Sprintf("%d starts each, in a window, at Apache with keep-alive and resumption as Debian sets it up (HTTP/1.1); a signature takes the card %d ms. With OpenSC the browser asks for the PIN: its box was there for %.2f s (median), typed by a machine, which is not counted; with the virtual card %d boxes. Starts that got no page within %.0f s and do not count: %d %q, with OpenSC %d %q.",
				len(ours.took), slowSign.Milliseconds(), theirs.asked.median(), len(ours.asked), pageTime.Seconds(), len(ours.stuck), ours.stuck, len(theirs.stuck), theirs.stuck)),
	}
}

// visitAll starts each browser so often. The first start makes its profile, and does not count.
func (o *office) visitAll(ctx context.Context) (map[string]visits, error) {
	all := map[string]visits{}
	for _, b := range browsers() {
		var first, v visits
		err := o.visit(ctx, b, &first)
		for range pageRounds {
			err = errors.Join(err, o.visit(ctx, b, &v))
		}
		if err != nil {
			return nil, fmt.Errorf("starting %s: %w", b, err)
		}
		v.stuck = append(v.stuck, first.stuck...)
		all[b] = v
	}
	return all, nil
}

// command starts a browser of anna's in a window, at a page.
func (o *office) command(browser string) (stack.Cmd, error) {
	profile, url := filepath.Join(o.Home(person), browser+"-"+o.way), o.lab.URL(lab.Web)+"many.shtml"
	if browser == "chromium" {
		return stack.Cmd{Path: browser, Args: []string{"--user-data-dir=" + profile, "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
			"--disable-background-networking", "--disable-component-update", "--password-store=basic", url}}, nil
	}
	anna, err := o.Person(person)
	if err != nil {
		return stack.Cmd{}, err
	}
	err = errors.Join(os.MkdirAll(profile, 0o700), os.Chown(profile, int(anna.UID), int(anna.UID)), os.WriteFile(filepath.Join(profile, "user.js"), []byte(quietFirefox), 0o644))
	return stack.Cmd{Path: browser, Args: []string{"--no-remote", "--profile", profile, url}}, err
}

// quietFirefox leaves out what Firefox does besides pages.
const quietFirefox = `user_pref("app.normandy.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
`

// visit starts a browser, and ends it when it has the page. One that does not get it is told of, and no error.
func (o *office) visit(parent context.Context, browser string, all *visits) error {
	ctx, cancel := context.WithTimeout(parent, pageTime)
	defer cancel()
	cmd, err := o.command(browser)
	if err != nil {
		return err
	}
	before, served := o.Stat(o.card).Sign, o.served()
	begun := time.Now()
	p := o.screen.StartCmd(cmd)
	defer func() { p.Kill(); <-p.Done() }()
	box := &pinBox{o: o}
	if err := stack.Await(ctx, "the page", func() bool { box.look(); return o.served()-served >= pageFiles }); err != nil {
		all.stuck = append(all.stuck, fmt.Sprintf("%d of %d files at the window %q", o.served()-served, pageFiles, o.screen.ActiveWindow().Title))
		return parent.Err()
	}
	all.took = append(all.took, (time.Since(begun) - box.there).Seconds())
	all.signatures = append(all.signatures, float64(o.Stat(o.card).Sign-before))
	if box.there > 0 {
		all.asked = append(all.asked, box.there.Seconds())
	}
	return nil
}

// served is how many files the server has sent to who was let in.
func (o *office) served() int { return strings.Count(o.lab.Log(lab.Web), " 200 ") }

// pinBox is the box in which a browser asks for the PIN.
type pinBox struct {
	o     *office
	since time.Time // zero: it is not there
	typed time.Time
	there time.Duration
}

// look types the PIN when the box has come.
func (b *pinBox) look() {
	title := b.o.screen.ActiveWindow().Title
	is := strings.HasPrefix(title, "Unlock Security Device") || strings.HasPrefix(title, "Password Required") // Chromium's, Firefox's
	switch {
	case is && b.since.IsZero():
		b.since, b.typed = time.Now(), time.Now()
		b.o.screen.Type(workplace.PIN)
		b.o.screen.Key("Return")
	case is && time.Since(b.typed) > typeAgain:
		b.typed = time.Now()
		b.o.screen.Key("Return")
	case !is && !b.since.IsZero():
		b.there, b.since = b.there+time.Since(b.since), time.Time{}
	}
}
