package localapi_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
)

func TestBothCodesOfACareArriveAsTheyWereGiven(t *testing.T) {
	l := newLab(t)
	l.b.set(func(b *backend) {
		b.result = apitype.PINResult{Problem: &apitype.Problem{Code: apitype.PUKWrong}, Tries: new(9)}
	})
	for want, req := range map[string]apitype.CareRequest{
		"care 1000 7 unblock=false sign=false true":            {Insertion: 7, LastTry: true},
		"care 1000 7 unblock=true sign=false false":            {Insertion: 7, Unblock: true},
		"care 1000 1099511627783 unblock=true sign=true false": {Insertion: 1<<40 + 7, Unblock: true, Sign: true},
	} {
		proof, fresh := []byte("12345678"), []byte("135790")
		r, err := l.as(annaUID).Care(context.Background(), req, proof, fresh)
		if err != nil || r.OK || r.Problem.Code != apitype.PUKWrong || *r.Tries != 9 {
			t.Errorf("the answer is %+v, %v", r, err)
		}
		asked, _, codes := l.b.taken()
		if !slices.Equal(asked, []string{want}) || !slices.Equal(codes, []string{"12345678", "135790"}) {
			t.Errorf("want %q, the agent got %q, %q", want, asked, codes)
		}
		if !bytes.Equal(proof, make([]byte, 8)) || !bytes.Equal(fresh, make([]byte, 6)) {
			t.Error("the client's copies are not wiped")
		}
	}
}

func TestUnblockingHasTwoNames(t *testing.T) {
	l := newLab(t)
	for _, path := range []string{"/v1/card/pin/unblock", "/v1/card/unblock"} {
		conn := openAt(t, l.as(annaUID).Socket, strings.Replace(upgrade, "/v1/pin", path, 1))
		if _, err := io.WriteString(conn, frame(7, "12345678")+"\x06135790"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(conn); err != nil {
			t.Error(err)
		}
		if asked, _, _ := l.b.taken(); !slices.Equal(asked, []string{"care 1000 7 unblock=true sign=false false"}) {
			t.Errorf("%s: the agent was asked %q", path, asked)
		}
	}
}

func TestACareThatIsNotWholeReachesNobody(t *testing.T) {
	l := newLab(t)
	change := strings.Replace(upgrade, "/v1/pin", "/v1/card/pin/change", 1)
	for _, short := range []string{"", frame(7, "482913"), frame(7, "482913") + "\x06", frame(7, "482913") + "\x0613579"} {
		conn := openAt(t, l.as(annaUID).Socket, change)
		if _, err := io.WriteString(conn, short); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(conn); err != nil || len(answer) != 0 {
			t.Errorf("%d bytes came to %q, %v", len(short), answer, err)
		}
	}
	verb := "POST /v1/card/pin/change"
	wantStatus(t, l.raw(annaUID, request(verb, []string{"Upgrade: siths-pin", "Siths-PIN: both"}, "")), http.StatusBadRequest)
	wantStatus(t, l.raw(annaUID, request(verb, []string{"Upgrade: siths-pin", "Siths-PIN: auth", "Siths-PIN: sign"}, "")), http.StatusBadRequest)
	wantStatus(t, l.raw(annaUID, request(verb, nil, "")), http.StatusUpgradeRequired)
	if asked, _, codes := l.b.taken(); len(asked) != 0 || len(codes) != 0 {
		t.Errorf("the agent was asked %q with %q", asked, codes)
	}
}

func FuzzCareChannel(f *testing.F) {
	for _, seed := range []string{"", frame(7, "482913"), frame(7, "482913") + "\x06135790", frame(7, "") + "\x00", frame(7, "482913") + "\xff135790"} {
		f.Add([]byte(seed))
	}
	l := newLab(f)
	socket := l.as(annaUID).Socket
	f.Fuzz(func(t *testing.T, sent []byte) {
		conn := openAt(t, socket, strings.Replace(upgrade, "/v1/pin", "/v1/card/pin/unblock", 1))
		defer func() { _ = conn.Close() }()
		_, _ = conn.Write(sent) // the service may have closed before the end
		_ = conn.(*net.UnixConn).CloseWrite()
		_, _ = io.ReadAll(conn)
		if _, _, got := l.b.taken(); !slices.Equal(got, codesIn(sent)) {
			t.Errorf("of %x the agent got %q", sent, got)
		}
	})
}

// codesIn is what the service has to make of the bytes behind the insertion number: two codes, or nothing.
func codesIn(sent []byte) []string {
	var codes []string
	rest := sent[min(8, len(sent)):]
	for range 2 {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return nil
		}
		n := 1 + int(rest[0])
		codes, rest = append(codes, string(rest[1:n])), rest[n:]
	}
	return codes
}
