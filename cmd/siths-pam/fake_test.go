package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

// fakeAgent answers as it is told and writes down what it is asked.
type fakeAgent struct {
	snapshots []apitype.Snapshot
	offer     apitype.UnlockOffer
	beginErr  error
	result    apitype.PINResult
	pinErr    error
	answer    apitype.UnlockAnswer
	finishErr error
	openErr   error
	socket    string
	calls     []string
}

func (f *fakeAgent) Watch(ctx context.Context, see func(apitype.Snapshot) error) error {
	for _, s := range f.snapshots {
		if err := see(s); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func (f *fakeAgent) UnlockBegin(_ context.Context, req apitype.UnlockRequest) (apitype.UnlockOffer, error) {
	f.calls = append(f.calls, fmt.Sprintf("begin %s %s", req.Account, req.Service))
	return f.offer, f.beginErr
}

func (f *fakeAgent) PIN(_ context.Context, req apitype.PINRequest, pin []byte) (apitype.PINResult, error) {
	f.calls = append(f.calls, fmt.Sprintf("pin %d %s %q last=%v", req.Insertion, req.Unlock, pin, req.LastTry))
	clear(pin)
	return f.result, f.pinErr
}

func (f *fakeAgent) UnlockFinish(_ context.Context, unlock string) (apitype.UnlockAnswer, error) {
	f.calls = append(f.calls, "finish "+unlock)
	return f.answer, f.finishErr
}

func (f *fakeAgent) SessionOpened(_ context.Context, s apitype.SessionOpened) error {
	f.calls = append(f.calls, "session "+s.Account+" "+s.Session)
	return f.openErr
}

// annasCard is an agent with Anna's card in the reader and everything in order.
func annasCard() *fakeAgent {
	return &fakeAgent{
		snapshots: []apitype.Snapshot{{Phase: apitype.NeedPIN}},
		offer:     apitype.UnlockOffer{Unlock: "u1", Insertion: 17, Account: "anna", Name: "Anna Test", Tries: number(3)},
		result:    apitype.PINResult{OK: true},
		answer:    apitype.UnlockAnswer{Account: "anna"},
	}
}

func number(n int) *int { return &n }

// hi is the hello of a login as anna in Swedish.
func hi() map[string]string {
	return map[string]string{
		"mode": "auth", "user": "anna", "service": "login", "tty": "tty1", "lang": "sv", "socket": "", "wait": "0", "session": "",
	}
}

func helloText(fields map[string]string) string {
	var b strings.Builder
	for k, v := range fields {
		b.WriteString(k + "=" + v + "\x00")
	}
	return b.String()
}

func frameBytes(t testing.TB, kind byte, payload string) []byte {
	t.Helper()
	return append([]byte{kind, byte(len(payload) >> 8), byte(len(payload))}, payload...)
}

// cancelled is the answer of a person who does not answer.
const cancelled = "\x00cancelled"

// talk serves one hello with the given answers and returns what the helper said, a line a frame.
func talk(t *testing.T, a *fakeAgent, fields map[string]string, answers ...string) (string, error) {
	t.Helper()
	in := bytes.NewBuffer(frameBytes(t, kindHello, helloText(fields)))
	for _, s := range answers {
		if s == cancelled {
			in.Write(frameBytes(t, kindCancel, ""))
		} else {
			in.Write(frameBytes(t, kindAnswer, s))
		}
	}
	var out bytes.Buffer
	err := serve(t.Context(), struct {
		io.Reader
		io.Writer
	}{in, &out}, func(socket string) agent { a.socket = socket; return a })
	return lines(t, &out), err
}

func lines(t *testing.T, out io.Reader) string {
	t.Helper()
	var said []string
	for {
		f, err := readFrame(out)
		if err == io.EOF {
			return strings.Join(said, "\n")
		}
		payload := make([]byte, f.size)
		if _, err := io.ReadFull(out, payload); err != nil {
			t.Fatal(err)
		}
		said = append(said, string(f.kind)+" "+string(payload))
	}
}
