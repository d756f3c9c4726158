package pam

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/cmd/pam_siths/pamtest"
	"siths-agent/internal/soak"
	"siths-agent/internal/stack"
	"siths-agent/internal/stack/workplace"
)

// noService is where the service should be and is not.
func noService(t *testing.T, tb *table) {
	typed := []string{"type=" + pin}
	d := open(t, workplace.Plan{NoReader: true})
	d.Service.Kill()
	s := d.scene(tb)
	s.try(cause{name: "a service that was killed", words: typed, code: pamtest.AuthinfoUnavail})
	s.try(cause{name: "a socket that is missing", words: typed, socket: "/nowhere/agent.sock", code: pamtest.AuthinfoUnavail})
	s.try(cause{name: "a file for a socket", words: typed, socket: "/etc/hostname", code: pamtest.AuthinfoUnavail})
	s.try(cause{name: "a folder for a socket", words: typed, socket: "/etc", code: pamtest.AuthinfoUnavail})
	s.try(cause{name: "a device for a socket", words: typed, socket: "/dev/zero", code: pamtest.AuthinfoUnavail})
	s.try(cause{name: "a socket of packets", words: typed, socket: packets(t), code: pamtest.AuthinfoUnavail})
	s.try(cause{name: "a socket path that is too long", words: typed, socket: "/" + strings.Repeat("x", 108), code: pamtest.SystemErr})
	i := startImpostor(t)
	s.try(cause{name: "a service of another user", words: typed, socket: i.socket, code: pamtest.AuthinfoUnavail})
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(i.socket, link); err != nil {
		t.Fatal(err)
	}
	s.try(cause{name: "a link to a service of another user", words: typed, socket: link, code: pamtest.AuthinfoUnavail})
	if callers, spoke := i.heard(t); callers == 0 || spoke != 0 {
		t.Errorf("the impostor had %d callers, and bytes from them %d times", callers, spoke)
	}
}

func packets(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p")
	l, err := net.ListenPacket("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return path
}

// lie is a service that answers one question otherwise than it should.
type lie struct {
	question string
	answer   http.HandlerFunc
	code     int
}

func lies() map[string]lie {
	unavailable, wrong, system := pamtest.AuthinfoUnavail, pamtest.AuthErr, pamtest.SystemErr
	offer := apitype.UnlockOffer{Unlock: "u1", Insertion: 17, Account: "anna", Name: "Anna Test"}
	other := func(change func(*apitype.UnlockOffer)) http.HandlerFunc { o := offer; change(&o); return say(o) }
	return map[string]lie{
		"offers another account":              {begin, other(func(o *apitype.UnlockOffer) { o.Account = "bob" }), wrong},
		"offers the account in capitals":      {begin, other(func(o *apitype.UnlockOffer) { o.Account = "ANNA" }), wrong},
		"offers no account":                   {begin, other(func(o *apitype.UnlockOffer) { o.Account = "" }), pamtest.UserUnknown},
		"offers nothing":                      {begin, say(struct{}{}), pamtest.UserUnknown},
		"offers a blocked card":               {begin, other(func(o *apitype.UnlockOffer) { o.Tries = new(int) }), pamtest.MaxTries},
		"names a holder with an escape":       {begin, other(func(o *apitype.UnlockOffer) { o.Name = "\x1b[2J\x00\nroot" }), pamtest.Success},
		"names a holder of a million letters": {begin, other(func(o *apitype.UnlockOffer) { o.Name = strings.Repeat("å", 500_000) }), pamtest.Success},
		"proves another account":              {finish, say(apitype.UnlockAnswer{Account: "bob"}), wrong},
		"proves no account":                   {finish, say(apitype.UnlockAnswer{}), wrong},
		"proves root":                         {finish, say(apitype.UnlockAnswer{Account: "root"}), wrong},
		"takes the PIN for nothing":           {give, channel(apitype.PINResult{}), system},
		"says a wrong PIN":                    {give, channel(apitype.PINResult{Problem: &apitype.Problem{Code: apitype.PINWrong}, Tries: new(int)}), pamtest.MaxTries},
		"says a code from the future":         {give, channel(apitype.PINResult{Problem: &apitype.Problem{Code: "moon.full"}}), system},
		"answers the PIN with words":          {give, channel("yes"), unavailable},
		"takes the PIN without the channel":   {give, say(apitype.PINResult{OK: true}), unavailable},
		"says that a PIN timed out":           {finish, refuse(http.StatusConflict, apitype.PINTimeout), unavailable},
		"knows no phase":                      {watch, say(apitype.Snapshot{V: 1, Phase: "full moon"}), pamtest.Success},
		"tells of a line of two megabytes":    {watch, raw("HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 2<<20)), unavailable},
	}
}

// badly are ways to answer any question badly, and what the module makes of them.
func badly() map[string]lie {
	unavailable := pamtest.AuthinfoUnavail
	return map[string]lie{
		"hangs up":                     {answer: raw(""), code: unavailable},
		"answers garbage":              {answer: raw("\x00\xff\x13\x37GARBAGE\r\n\r\n"), code: unavailable},
		"answers half a header":        {answer: raw("HTTP/1.1 200 OK\r\nContent-Le"), code: unavailable},
		"answers less than it said":    {answer: raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"account\":\"anna\",\"ok\":true"), code: unavailable},
		"answers 500":                  {answer: refuse(http.StatusInternalServerError, ""), code: unavailable},
		"answers 302":                  {answer: raw("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"), code: unavailable},
		"forbids it":                   {answer: refuse(http.StatusForbidden, ""), code: pamtest.AuthErr},
		"kills the helper and is glad": {code: pamtest.SystemErr},
	}
}

func falseServices(t *testing.T, tb *table) {
	place := realPlaceHere(t)
	for name, l := range lies() {
		answers := answers()
		answers[l.question] = l.answer
		s := &scene{t: t, table: tb, place: place, socket: serve(t, answers)}
		s.try(cause{name: "a service that " + name, words: []string{"type=" + pin}, code: l.code})
	}
	for i, question := range questions() {
		for name, l := range badly() {
			answers := answers()
			if l.answer == nil {
				l.answer = killer(answers[question])
			}
			answers[question] = l.answer
			s := &scene{t: t, table: tb, place: place, socket: serve(t, answers)}
			s.try(cause{name: "a service that " + name + " at " + question, words: []string{"type=" + pin}, code: l.code})
		}
		if i >= soak.Size(1, len(questions())) {
			continue // fifteen seconds of silence are for the long form
		}
		t.Run("silent at "+question, func(t *testing.T) {
			t.Parallel()
			answers := answers()
			answers[question] = silent
			s := &scene{t: t, table: tb, place: realPlaceHere(t), socket: serve(t, answers), slow: true}
			s.try(cause{name: "a service that is silent at " + question, words: []string{"type=" + pin}, code: pamtest.AuthinfoUnavail})
		})
	}
}

// realPlaceHere is realPlace outside of any lab.
func realPlaceHere(t *testing.T) *pamtest.Place {
	t.Helper()
	return realPlaceWith(t, programs.plain)
}

func realPlaceWith(t *testing.T, build func() (*pamtest.Kit, error)) *pamtest.Place {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return placed(t, build, filepath.Join(root, "bin", "siths-pam"))
}

// falseHelpers are not ours at all.
func falseHelpers(t *testing.T, tb *table) {
	missing := placed(t, programs.plain, filepath.Join("/bin", "true"))
	if err := os.Remove(missing.Helper()); err != nil {
		t.Fatal(err)
	}
	shell := func(script string) *pamtest.Place {
		p := placed(t, programs.plain, "/bin/true")
		if err := stack.WriteProgram(p.Helper(), []byte("#!/bin/sh\n"+script+"\n")); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, p := range map[string]*pamtest.Place{
		"that is missing":                            missing,
		"that only ends well":                        placed(t, programs.plain, "/bin/true"),
		"that only ends badly":                       placed(t, programs.plain, "/bin/false"),
		"that copies what it hears":                  shell("exec cat <&3 >&3"),
		"that says yes without the protocol":         shell("printf 'Sanna' >&3"),
		"that says yes after the socket is shut":     shell("exec 3>&-; exit 0"),
		"that says yes and leaves a child to end it": shell("(printf 'R\\000\\005Sanna' >&3) & exit 1"),
	} {
		s := &scene{t: t, table: tb, place: p, socket: "/s"}
		s.try(cause{name: "a helper " + name, words: []string{"type=" + pin}, code: pamtest.SystemErr})
	}
}
