package main

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/client"
	"siths-agent/ui/text"
)

func TestTheRightPINLetsTheHolderIn(t *testing.T) {
	a := annasCard()
	said, err := talk(t, a, hi(), "123456")
	if err != nil {
		t.Fatal(err)
	}
	if want := "1 Legitimeringskod för Anna Test: \nR Sanna"; said != want {
		t.Errorf("said %q, want %q", said, want)
	}
	want := []string{"begin anna login", `pin 17 u1 "123456" last=false`, "finish u1"}
	if !reflect.DeepEqual(a.calls, want) {
		t.Errorf("the agent was asked %q, want %q", a.calls, want)
	}
}

func TestThePersonIsAskedInTheLanguageOfTheCaller(t *testing.T) {
	fields := hi()
	fields["lang"] = "en"
	a := annasCard()
	a.offer.Tries = number(2)
	said, err := talk(t, a, fields, "123456")
	if want := "4 2 tries left.\n1 Authentication PIN for Anna Test: \nR Sanna"; said != want || err != nil {
		t.Errorf("said %q, %v, want %q", said, err, want)
	}
}

func TestTheSocketOptionReachesTheClient(t *testing.T) {
	fields := hi()
	fields["socket"] = "/tmp/a.sock"
	a := annasCard()
	if _, err := talk(t, a, fields, "123456"); err != nil || a.socket != "/tmp/a.sock" {
		t.Errorf("socket %q, %v", a.socket, err)
	}
}

func TestOneTypedPINIsAtMostOneTry(t *testing.T) {
	wrong := &apitype.Problem{Code: apitype.PINWrong}
	cases := map[string]struct {
		result apitype.PINResult
		want   string
	}{
		"wrong, with tries left":                    {apitype.PINResult{Problem: wrong, Tries: number(2)}, "3 Fel legitimeringskod (PIN). 2 försök kvar.\nR A"},
		"wrong, and the card is silent about tries": {apitype.PINResult{Problem: wrong}, "3 " + text.PAMProblem(text.SV, apitype.PINWrong, nil) + "\nR A"},
		"wrong, and that was the last":              {apitype.PINResult{Problem: wrong, Tries: number(0)}, "3 " + text.PAMProblem(text.SV, apitype.PINBlocked, nil) + "\nR M"},
		"refused without a reason":                  {apitype.PINResult{}, "R E"},
		"blocked":                                   {apitype.PINResult{Problem: &apitype.Problem{Code: apitype.PINBlocked}}, "3 " + text.PAMProblem(text.SV, apitype.PINBlocked, nil) + "\nR M"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := annasCard()
			a.result = c.result
			said, err := talk(t, a, hi(), "123456", "123456", "123456")
			if want := "1 Legitimeringskod för Anna Test: \n" + c.want; said != want || err != nil {
				t.Errorf("said %q, %v, want %q", said, err, want)
			}
			if len(a.calls) != 2 {
				t.Errorf("the agent was asked %q", a.calls)
			}
		})
	}
}

func TestTheLastTryIsSpentOnlyAfterAnExplicitYes(t *testing.T) {
	question := "2 " + text.PAMLastTry(text.SV)
	refusal := question + "\n3 " + text.PAMProblem(text.SV, apitype.PINLastTry, nil) + "\nR M"
	for _, no := range []string{"", "nej", "j", "jaa", "yes", "ja nej", "123456", cancelled, strings.Repeat("ja", 200)} {
		t.Run("refused by "+no, func(t *testing.T) {
			a := annasCard()
			a.offer.Tries = number(1)
			said, err := talk(t, a, hi(), no, "123456")
			if said != refusal || err != nil {
				t.Errorf("said %q, %v, want %q", said, err, refusal)
			}
			if len(a.calls) != 1 {
				t.Errorf("the card was touched: %q", a.calls)
			}
		})
	}
	for _, yes := range []string{"ja", "JA", " ja ", "ja\n"} {
		t.Run("spent after "+yes, func(t *testing.T) {
			a := annasCard()
			a.offer.Tries = number(1)
			said, err := talk(t, a, hi(), yes, "123456")
			if want := question + "\n1 Legitimeringskod för Anna Test: \nR Sanna"; said != want || err != nil {
				t.Errorf("said %q, %v, want %q", said, err, want)
			}
			if a.calls[1] != `pin 17 u1 "123456" last=true` {
				t.Errorf("the agent was asked %q", a.calls)
			}
		})
	}
}

func TestTheTriesLeftAreSaidOnlyWhenTheyRunOut(t *testing.T) {
	cases := map[string]struct {
		tries *int
		want  string
	}{
		"three":              {number(3), ""},
		"ten":                {number(10), ""},
		"the card is silent": {nil, ""},
		"two":                {number(2), "4 2 försök kvar.\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := annasCard()
			a.offer.Tries = c.tries
			said, err := talk(t, a, hi(), "123456")
			if want := c.want + "1 Legitimeringskod för Anna Test: \nR Sanna"; said != want || err != nil {
				t.Errorf("said %q, %v, want %q", said, err, want)
			}
		})
	}
}

func TestABlockedPINIsNotAskedFor(t *testing.T) {
	a := annasCard()
	a.offer.Tries = number(0)
	said, err := talk(t, a, hi(), "123456")
	if want := "3 " + text.PAMProblem(text.SV, apitype.PINBlocked, nil) + "\nR M"; said != want || err != nil {
		t.Errorf("said %q, %v, want %q", said, err, want)
	}
	if len(a.calls) != 1 {
		t.Errorf("the card was touched: %q", a.calls)
	}
}

func TestAPINIsHandedOverAsItWasTyped(t *testing.T) {
	cases := map[string]struct{ typed, pin string }{
		"with a line feed at the end": {"123456\n", `"123456"`},
		"with two":                    {"123456\n\n", `"123456\n"`},
		"with spaces":                 {" 123456 ", `" 123456 "`},
		"with bytes that are no text": {"\x00\xff", `"\x00\xff"`},
		"with as many bytes as fit":   {strings.Repeat("9", 256), `"` + strings.Repeat("9", 256) + `"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := annasCard()
			if _, err := talk(t, a, hi(), c.typed); err != nil {
				t.Fatal(err)
			}
			if want := "pin 17 u1 " + c.pin + " last=false"; a.calls[1] != want {
				t.Errorf("got %s, want %s", a.calls[1], want)
			}
		})
	}
}

func TestWhatIsNoPINIsRefusedBeforeTheAgent(t *testing.T) {
	cases := map[string]struct {
		typed string
		code  apitype.Code
	}{
		"nothing":       {"", apitype.PINCancelled},
		"a line feed":   {"\n", apitype.PINCancelled},
		"a cancel":      {cancelled, apitype.PINCancelled},
		"257 bytes":     {strings.Repeat("9", 257), apitype.PINLength},
		"PAM's longest": {strings.Repeat("9", 512), apitype.PINLength},
		"64 kilobytes":  {strings.Repeat("9", 65535), apitype.PINLength},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a := annasCard()
			said, err := talk(t, a, hi(), c.typed)
			if want := "1 Legitimeringskod för Anna Test: \n3 " + text.PAMProblem(text.SV, c.code, nil) + "\nR A"; said != want || err != nil {
				t.Errorf("said %q, %v, want %q", said, err, want)
			}
			if len(a.calls) != 1 {
				t.Errorf("the agent was asked %q", a.calls)
			}
		})
	}
}

func TestNoOtherAccountThanTheOneAskedForComesOut(t *testing.T) {
	cases := map[string]struct {
		user, offered, answered string
		code                    apitype.Code
		typed                   bool
	}{
		"the offer is for another":           {"beda", "anna", "anna", apitype.PersonWrongSession, false},
		"the offer differs in case":          {"Anna", "anna", "anna", apitype.PersonWrongSession, false},
		"the offer is for nobody":            {"anna", "", "anna", apitype.PersonUnmapped, false},
		"the card is nobody's":               {"", "", "", apitype.PersonUnmapped, false},
		"the answer is for another":          {"anna", "anna", "beda", apitype.PersonWrongSession, true},
		"the answer is for nobody":           {"anna", "anna", "", apitype.PersonWrongSession, true},
		"the answer is not what was offered": {"", "anna", "beda", apitype.PersonWrongSession, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a, fields := annasCard(), hi()
			fields["user"], a.offer.Account, a.answer.Account = c.user, c.offered, c.answered
			said, err := talk(t, a, fields, "123456")
			if err != nil || !strings.HasSuffix(said, "3 "+text.PAMProblem(text.SV, c.code, nil)+"\nR "+string(results()[c.code])) {
				t.Errorf("said %q, %v", said, err)
			}
			if asked := strings.HasPrefix(said, "1 "); asked != c.typed {
				t.Errorf("asked for a PIN: %v, want %v", asked, c.typed)
			}
		})
	}
}

func TestTheAccountIsTakenFromTheCardWhereTheApplicationGaveNone(t *testing.T) {
	a, fields := annasCard(), hi()
	fields["user"] = ""
	said, err := talk(t, a, fields, "123456")
	if !strings.HasSuffix(said, "\nR Sanna") || err != nil || a.calls[0] != "begin  login" {
		t.Errorf("said %q, %v; the agent was asked %q", said, err, a.calls)
	}
}

func TestEveryProblemOfTheAgentIsSaidAndRefused(t *testing.T) {
	for _, code := range apitype.Codes() {
		for step, set := range map[string]func(*fakeAgent, error){
			"begin":  func(a *fakeAgent, err error) { a.beginErr = err },
			"pin":    func(a *fakeAgent, err error) { a.pinErr = err },
			"finish": func(a *fakeAgent, err error) { a.finishErr = err },
		} {
			a := annasCard()
			a.offer.Tries = nil
			set(a, &apitype.Problem{Code: code})
			said, err := talk(t, a, hi(), "123456")
			want := "3 " + text.PAMProblem(text.SV, code, nil) + "\nR " + string(results()[code])
			if !strings.HasSuffix(said, want) || err != nil {
				t.Errorf("%s at %s: said %q, %v", code, step, said, err)
			}
		}
	}
}

func TestAnAgentThatDoesNotLetTheCallerAskIsADenial(t *testing.T) {
	a := annasCard()
	a.beginErr = &client.Denied{What: "/v1/unlock/begin"}
	said, err := talk(t, a, hi())
	if want := "3 " + text.PAMProblem(text.SV, apitype.SystemDenied, nil) + "\nR A"; said != want || err != nil {
		t.Errorf("said %q, %v, want %q", said, err, want)
	}
}

func TestAModuleThatBreaksOffGetsNoSuccess(t *testing.T) {
	t.Run("at the prompt", func(t *testing.T) {
		if said, _ := talk(t, annasCard(), hi()); strings.Contains(said, "R S") {
			t.Errorf("said %q", said)
		}
	})
	t.Run("with something else than an answer", func(t *testing.T) {
		p, err := newPerson(struct {
			io.Reader
			io.Writer
		}{strings.NewReader("H\x00\x00"), io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if _, err := p.AskHidden("?"); !errors.Is(err, errProtocol) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("before the hello", func(t *testing.T) {
		if err := serve(t.Context(), &bytes.Buffer{}, func(string) agent { return annasCard() }); !errors.Is(err, io.EOF) {
			t.Errorf("got %v", err)
		}
	})
}

func TestASessionIsToldOfWithoutAWord(t *testing.T) {
	fields := hi()
	fields["mode"], fields["session"] = "session", "c7"
	a := annasCard()
	said, err := talk(t, a, fields)
	if said != "R Sanna" || err != nil || !reflect.DeepEqual(a.calls, []string{"session anna c7"}) {
		t.Errorf("said %q, %v; the agent was asked %q", said, err, a.calls)
	}
	a.openErr = &apitype.Problem{Code: apitype.AgentUnreachable}
	if said, err := talk(t, a, fields); said != "R I" || err != nil {
		t.Errorf("said %q, %v", said, err)
	}
}
