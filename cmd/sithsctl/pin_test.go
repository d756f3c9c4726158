package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"siths-agent/agent/apitype"
)

func codeOf(err error) apitype.Code {
	var p *apitype.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestALineNeverMovesWhileItGrows(t *testing.T) {
	var l line
	for range maxPIN + 5 {
		l.add('7')
	}
	if !l.overflow || l.n != maxPIN {
		t.Fatalf("%d bytes, overflow %v", l.n, l.overflow)
	}
	if _, err := l.take(); codeOf(err) != apitype.PINLength {
		t.Errorf("an overflown line gives %v", err)
	}
	if l.buf != [maxPIN]byte{} {
		t.Error("a refused line still holds bytes")
	}
}

func TestWhatIsTakenIsTheLineItself(t *testing.T) {
	var l line
	l.add('4')
	got, err := l.take()
	if err != nil || &got[0] != &l.buf[0] {
		t.Errorf("a copy was made, or %v", err)
	}
}

func TestABackspacedDigitIsWiped(t *testing.T) {
	var l line
	l.add('4')
	l.back()
	l.back()
	if l.n != 0 || l.buf[0] != 0 {
		t.Errorf("%d bytes, first %d", l.n, l.buf[0])
	}
}

func TestReadLineGivesUpOnAReaderThatFails(t *testing.T) {
	broken := errors.New("unplugged")
	if pin, err := readLine(iotest.ErrReader(broken)); !errors.Is(err, broken) || pin != nil {
		t.Errorf("got %q, %v", pin, err)
	}
	if pin, err := readLine(iotest.OneByteReader(strings.NewReader("12\n"))); err != nil || string(pin) != "12" {
		t.Errorf("got %q, %v", pin, err)
	}
}

func TestKeysOfNoMeaningAreIgnored(t *testing.T) {
	pin, err := readKeys(strings.NewReader("\x1a4\x008\x1b2\t\n"))
	if err != nil || string(pin) != "482" {
		t.Errorf("got %q, %v", pin, err)
	}
}

// A key past the limit must not stay in the terminal, where the shell would run it.
func TestKeysPastTheLimitAreReadUpToEnter(t *testing.T) {
	r := strings.NewReader(strings.Repeat("9", 200) + "\rls\n")
	if _, err := readKeys(r); codeOf(err) != apitype.PINLength {
		t.Errorf("got %v", err)
	}
	if r.Len() != len("ls\n") {
		t.Errorf("%d bytes are left", r.Len())
	}
}

func TestCtrlUForgivesALineThatWasTooLong(t *testing.T) {
	pin, err := readKeys(strings.NewReader(strings.Repeat("9", 200) + "\x15482913\r"))
	if err != nil || string(pin) != "482913" {
		t.Errorf("got %q, %v", pin, err)
	}
}

func TestAReadIsLeftBehindWhenThePersonInterrupts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	_, err := interruptible(ctx, func() ([]byte, error) {
		cancel()
		<-release
		return nil, nil
	})
	if codeOf(err) != apitype.PINCancelled {
		t.Errorf("got %v", err)
	}
}

func TestAPINThatComesTooLateIsWiped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	late := []byte("482913")
	handOver(ctx, make(chan answer), answer{pin: late})
	if !bytes.Equal(late, make([]byte, len(late))) {
		t.Error("the late PIN is still there")
	}
}

func FuzzNoInputMakesAPINThatIsTooLongOrHoldsControlBytes(f *testing.F) {
	for _, seed := range []string{"482913\r", "\x03", "1\x7f\x7f2\r", strings.Repeat("9", 70) + "\n", "\x15\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, keys []byte) {
		pin, err := readKeys(bytes.NewReader(keys))
		if err != nil {
			if pin != nil || codeOf(err) == "" {
				t.Fatalf("%q with %v", pin, err)
			}
			return
		}
		if len(pin) == 0 || len(pin) > maxPIN || bytes.ContainsFunc(pin, func(r rune) bool { return r < ' ' }) {
			t.Fatalf("%q was taken", pin)
		}
		if line, err := readLine(bytes.NewReader(keys)); err == nil && (len(line) == 0 || len(line) > maxPIN) {
			t.Fatalf("%q was taken from a descriptor", line)
		}
	})
}
