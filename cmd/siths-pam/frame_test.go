package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"siths-agent/ui/text"
)

func TestAFrameIsReadAsItWasWritten(t *testing.T) {
	for _, payload := range []string{"", "x", strings.Repeat("y", textLimit)} {
		var b bytes.Buffer
		if err := writeFrame(&b, kindTell, payload); err != nil {
			t.Fatal(err)
		}
		f, err := readFrame(&b)
		if err != nil || f.kind != kindTell || f.size != len(payload) || b.String() != payload {
			t.Errorf("%d bytes: got %v, %v", len(payload), f, err)
		}
	}
}

func TestAFrameThatTheModuleWouldRefuseIsNotSent(t *testing.T) {
	var b bytes.Buffer
	if err := writeFrame(&b, kindTell, strings.Repeat("y", textLimit+1)); !errors.Is(err, errTooLong) || b.Len() != 0 {
		t.Errorf("got %v and %d bytes", err, b.Len())
	}
}

func TestAHelloIsTakenOnlyWhole(t *testing.T) {
	good := hi()
	good["wait"] = "7"
	h, err := parseHello(helloText(good))
	want := hello{mode: "auth", user: "anna", service: "login", tty: "tty1", lang: text.SV, wait: 7 * time.Second}
	if err != nil || h != want {
		t.Fatalf("got %+v, %v", h, err)
	}
	spoil := map[string]func(map[string]string) string{
		"a field missing":           func(f map[string]string) string { delete(f, "tty"); return helloText(f) },
		"a field too many":          func(f map[string]string) string { f["x"] = ""; return helloText(f) },
		"a field twice":             func(f map[string]string) string { return helloText(f) + "tty=tty2\x00" },
		"a field without a value":   func(f map[string]string) string { return helloText(f) + "x\x00" },
		"a field that does not end": func(f map[string]string) string { return strings.TrimSuffix(helloText(f), "\x00") },
		"another field for a known": func(f map[string]string) string { delete(f, "tty"); f["ttx"] = ""; return helloText(f) },
		"an unknown mode":           func(f map[string]string) string { f["mode"] = "root"; return helloText(f) },
		"a session without a name":  func(f map[string]string) string { f["mode"] = "session"; return helloText(f) },
		"a session of nobody": func(f map[string]string) string {
			f["mode"], f["session"], f["user"] = "session", "c1", ""
			return helloText(f)
		},
		"an unknown language":      func(f map[string]string) string { f["lang"] = "fi"; return helloText(f) },
		"no wait":                  func(f map[string]string) string { f["wait"] = ""; return helloText(f) },
		"a negative wait":          func(f map[string]string) string { f["wait"] = "-1"; return helloText(f) },
		"a wait beyond the limit":  func(f map[string]string) string { f["wait"] = "601"; return helloText(f) },
		"a line feed in the user":  func(f map[string]string) string { f["user"] = "root\n"; return helloText(f) },
		"an escape in the service": func(f map[string]string) string { f["service"] = "\x1b[2J"; return helloText(f) },
		"a C1 control in the user": func(f map[string]string) string { f["user"] = "a\u009bb"; return helloText(f) },
		"a user that is no text":   func(f map[string]string) string { f["user"] = "a\xff"; return helloText(f) },
		"nothing":                  func(map[string]string) string { return "" },
	}
	for name, s := range spoil {
		t.Run(name, func(t *testing.T) {
			if h, err := parseHello(s(hi())); !errors.Is(err, errHello) {
				t.Errorf("got %+v, %v", h, err)
			}
		})
	}
}

func TestAHelloOfAnotherKindOrSizeIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"another kind": append([]byte{kindAnswer, 0, 1}, 'x'),
		"too long":     append([]byte{kindHello, 0x10, 0x01}, make([]byte, 4097)...),
	} {
		if _, err := readHello(bytes.NewReader(b)); !errors.Is(err, errHello) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := readHello(strings.NewReader("H\x00\x09mode")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a hello: got %v", err)
	}
}

func TestNothingThatCouldRewriteTheScreenIsShown(t *testing.T) {
	cases := map[string]string{
		"Anna\x1b[2J\r\nroot: ":   "Anna[2Jroot: ",
		"Anna\u202etset":          "Annatset",
		"A\x00B\u009bC\u200bD":    "ABCD",
		"Åsa Öhrn-Ek (läkare) %s": "Åsa Öhrn-Ek (läkare) %s",
	}
	for in, want := range cases {
		if got := plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := plain(strings.Repeat("å", 1000)); len(got) > textLimit || !utf8.ValidString(got) || len(got) < textLimit-1 {
		t.Errorf("a long text became %d bytes", len(got))
	}
}

func TestAnAnswerThatIsTooLongIsWipedToo(t *testing.T) {
	p, err := newPerson(struct {
		io.Reader
		io.Writer
	}{bytes.NewReader(frameBytes(t, kindAnswer, strings.Repeat("9", 300))), io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got, err := p.AskHidden("?"); err == nil || got != nil || p.typed.Len() != 0 {
		t.Errorf("got %q, %v, %d bytes kept", got, err, p.typed.Len())
	}
}

func FuzzHello(f *testing.F) {
	f.Add(helloText(hi()))
	f.Add("mode=session\x00user=a\x00service=\x00tty=\x00lang=en\x00socket=/s\x00wait=600\x00session=c1\x00")
	f.Add("=\x00=\x00")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHello(s)
		if err != nil {
			return
		}
		if !printable(h.user+h.service+h.tty+h.socket+h.session) || h.wait < 0 || h.wait > maxWait*time.Second {
			t.Errorf("accepted %+v", h)
		}
		if h.mode != modeAuth && (h.mode != modeSession || h.user == "" || h.session == "") {
			t.Errorf("accepted %+v", h)
		}
	})
}

// FuzzAnswers lets the module say anything after the hello: it never gets a success without an answer that is one.
func FuzzAnswers(f *testing.F) {
	f.Add(frameBytes(f, kindAnswer, "123456"))
	f.Add(frameBytes(f, kindCancel, ""))
	f.Add(append(frameBytes(f, kindAnswer, "ja"), frameBytes(f, kindAnswer, "123456")...))
	f.Add([]byte{kindAnswer, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		p, err := newPerson(struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(b), &out})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		got, err := p.AskHidden("PIN: ")
		if err != nil {
			return
		}
		want := b[3 : 3+int(b[1])<<8+int(b[2])]
		if b[0] != kindAnswer || !bytes.Equal(got, bytes.TrimSuffix(want, []byte("\n"))) {
			t.Errorf("took %q from %q", got, b)
		}
	})
}
