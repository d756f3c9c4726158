package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"siths-agent/agent/apitype"
	"siths-agent/internal/secret"
)

func codeOf(err error) apitype.Code {
	var p *apitype.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestALineThatIsTooLongIsGivenUp(t *testing.T) {
	l, err := newLine()
	if err != nil {
		t.Fatal(err)
	}
	for range maxPIN + 5 {
		l.add('7')
	}
	if got, err := l.take(); got != nil || codeOf(err) != apitype.PINLength {
		t.Errorf("an overflown line gives %v, %v", got, err)
	}
}

// read is what a reader of PINs gives, as text.
func read(t *testing.T, f func(io.Reader) (*secret.Buffer, error), keys io.Reader) (string, error) {
	t.Helper()
	typed, err := f(keys)
	if err != nil && typed != nil {
		t.Errorf("it gives both bytes and %v", err)
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = typed.Close() }()
	return string(typed.Bytes()), nil
}

func TestReadLineGivesUpOnAReaderThatFails(t *testing.T) {
	broken := errors.New("unplugged")
	if got, err := read(t, readLine, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := read(t, readLine, iotest.OneByteReader(strings.NewReader("12\r\n"))); err != nil || got != "12" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestKeysOfNoMeaningAreIgnored(t *testing.T) {
	got, err := read(t, readKeys, strings.NewReader("\x1a4\x008\x1b2\t\n"))
	if err != nil || got != "482" {
		t.Errorf("got %q, %v", got, err)
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
	got, err := read(t, readKeys, strings.NewReader(strings.Repeat("9", 200)+"\x15482913\r"))
	if err != nil || got != "482913" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAReadIsLeftBehindWhenThePersonInterrupts(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	_, err := interruptible(ctx, func() (*secret.Buffer, error) {
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
	late, err := secret.New(maxPIN)
	if err != nil {
		t.Fatal(err)
	}
	_ = late.Set([]byte("482913"))
	handOver(ctx, make(chan answer), answer{pin: late})
	if late.Len() != 0 {
		t.Error("the late PIN is still there")
	}
}

func FuzzNoInputMakesAPINThatIsTooLongOrHoldsControlBytes(f *testing.F) {
	for _, seed := range []string{"482913\r", "\x03", "1\x7f\x7f2\r", strings.Repeat("9", 70) + "\n", "\x15\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, keys []byte) {
		got, err := read(t, readKeys, bytes.NewReader(keys))
		if err != nil && codeOf(err) == "" {
			t.Fatalf("refused with %v", err)
		}
		if err == nil && (len(got) == 0 || len(got) > maxPIN || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' })) {
			t.Fatalf("%q was taken", got)
		}
		if got, err := read(t, readLine, bytes.NewReader(keys)); err == nil && (len(got) == 0 || len(got) > maxPIN) {
			t.Fatalf("%q was taken from a descriptor", got)
		}
	})
}
