package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"siths-agent/ui/text"
)

// The modes: let somebody in, or tell the agent which session came of it.
const (
	modeAuth    = "auth"
	modeSession = "session"
)

const (
	helloLimit = 4096
	maxWait    = 600 // seconds; the module refuses more
)

var errHello = errors.New("the hello is malformed")

// hello is what the module wants and from where.
type hello struct {
	mode    string
	user    string // empty: the account is taken from the card
	service string
	tty     string
	lang    text.Lang
	socket  string // empty: the agent's own path
	wait    time.Duration
	session string // with modeSession
}

func readHello(r io.Reader) (hello, error) {
	f, err := readFrame(r)
	if err != nil {
		return hello{}, err
	}
	if f.kind != kindHello || f.size > helloLimit {
		return hello{}, fmt.Errorf("%w: kind %q, %d bytes", errHello, f.kind, f.size)
	}
	b := make([]byte, f.size)
	if _, err := io.ReadFull(r, b); err != nil {
		return hello{}, err
	}
	return parseHello(string(b))
}

// parseHello takes KEY=VALUE fields, each ended by NUL. Each field is there once, and no other is.
func parseHello(s string) (hello, error) {
	fields := map[string]string{}
	for s != "" {
		field, rest, ended := strings.Cut(s, "\x00")
		key, value, ok := strings.Cut(field, "=")
		_, twice := fields[key]
		if !ended || !ok || twice || !slices.Contains(helloKeys(), key) || !printable(value) {
			return hello{}, fmt.Errorf("%w: field %q", errHello, key)
		}
		fields[key], s = value, rest
	}
	return helloOf(fields)
}

func helloKeys() []string {
	return []string{"mode", "user", "service", "tty", "lang", "socket", "wait", "session"}
}

func helloOf(fields map[string]string) (hello, error) {
	h := hello{
		mode: fields["mode"], user: fields["user"], service: fields["service"], tty: fields["tty"],
		lang: text.Lang(fields["lang"]), socket: fields["socket"], session: fields["session"],
	}
	seconds, err := strconv.ParseUint(fields["wait"], 10, 16)
	h.wait = time.Duration(seconds) * time.Second
	switch {
	case len(fields) != len(helloKeys()) || err != nil || seconds > maxWait:
		return hello{}, errHello
	case h.lang != text.SV && h.lang != text.EN:
		return hello{}, fmt.Errorf("%w: lang", errHello)
	case h.mode == modeAuth, h.mode == modeSession && h.user != "" && h.session != "":
		return h, nil
	}
	return hello{}, fmt.Errorf("%w: mode", errHello)
}

// printable refuses what could forge a line in a log or a prompt.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
