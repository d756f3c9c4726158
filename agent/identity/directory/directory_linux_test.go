package directory

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
)

const (
	annasID = "SE2321000131-P000000000001"
	bobsID  = "SE2321000131-P000000000002"
	secret  = "reader-secret-71c4"
)

// line is a courier that answers as it is told, and remembers what it was asked.
type line struct {
	mu     sync.Mutex
	answer func(context.Context, courier.Question) (courier.Answer, error)
	asked  []courier.Search
}

func (l *line) Ask(ctx context.Context, q courier.Question) (courier.Answer, error) {
	l.mu.Lock()
	search := *q.Search
	search.Bind.Password = bytes.Clone(search.Bind.Password)
	l.asked = append(l.asked, search)
	answer := l.answer
	l.mu.Unlock()
	return answer(ctx, q)
}

// says is an answer of these entries.
func says(entries ...courier.Entry) func(context.Context, courier.Question) (courier.Answer, error) {
	return func(context.Context, courier.Question) (courier.Answer, error) {
		return courier.Answer{Entries: entries}, nil
	}
}

// fails is a failure.
func fails(r courier.Reason) func(context.Context, courier.Question) (courier.Answer, error) {
	return func(context.Context, courier.Question) (courier.Answer, error) {
		return courier.Answer{}, &courier.Failure{Reason: r, Detail: "as told"}
	}
}

// entry is a person with these accounts.
func entry(id string, accounts ...string) courier.Entry {
	e := courier.Entry{DN: "cn=x", Values: map[string][][]byte{"HSAidentity": {[]byte(id)}}}
	for _, a := range accounts {
		e.Values["uid"] = append(e.Values["uid"], []byte(a))
	}
	return e
}

// phone is a directory under test.
type phone struct {
	t    *testing.T
	line *line
	cfg  Config
	now  time.Time
	log  bytes.Buffer
	*Directory
}

// connect makes a directory whose state and secret are in a folder of the test.
func connect(t *testing.T) *phone {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte("cn=reader\n"+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &phone{t: t, line: &line{answer: says()}, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	p.cfg = Config{
		URI: "ldaps://dc.test", Base: "dc=test", Filter: "(&(uid=*)(hsaIdentity={hsa_id}))", Attribute: "uid", Bind: "file:" + file,
		Timeout: 2 * time.Second, MaxAge: 24 * time.Hour, State: filepath.Join(dir, FileName), Courier: p.line,
		Clock: func() time.Time { return p.now }, Log: slog.New(slog.NewTextHandler(&p.log, nil)),
	}
	p.restart()
	return p
}

// restart is the service started again.
func (p *phone) restart() {
	p.t.Helper()
	d, err := New(p.cfg)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Directory = d
}

// want checks what becomes of a question; code is empty where there is no error.
func (p *phone) want(when, name string, code apitype.Code) {
	p.t.Helper()
	got, known, err := p.Account(p.t.Context(), annasID)
	var coded interface{ ProblemCode() apitype.Code }
	if errors.As(err, &coded) != (code != "") || err != nil && coded.ProblemCode() != code {
		p.t.Errorf("%s: the error is %v, want %q", when, err, code)
	}
	if got != name || known != (name != "") {
		p.t.Errorf("%s: the account is %q (%v), want %q", when, got, known, name)
	}
}

// wantAsked checks how many questions have been put.
func (p *phone) wantAsked(n int) {
	p.t.Helper()
	if got := len(p.line.asked); got != n {
		p.t.Errorf("%d questions, want %d", got, n)
	}
}

func TestOneEntryWithOneNameIsThePersonsAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			answer func(context.Context, courier.Question) (courier.Answer, error)
			want   string
			code   apitype.Code
		}{
			"one":                       {says(entry(annasID, "anna")), "anna", ""},
			"nobody":                    {says(), "", ""},
			"an entry without account":  {says(entry(annasID)), "", ""},
			"two entries":               {says(entry(annasID, "anna"), entry(annasID, "anna")), "", apitype.PersonUnmapped},
			"two accounts":              {says(entry(annasID, "anna", "bob")), "", apitype.PersonUnmapped},
			"the same account twice":    {says(entry(annasID, "anna", "anna")), "", apitype.PersonUnmapped},
			"somebody else":             {says(entry(bobsID, "bob")), "", apitype.PersonUnmapped},
			"the same in another case":  {says(entry(strings.ToLower(annasID), "anna")), "", apitype.PersonUnmapped},
			"with a space":              {says(entry(annasID+" ", "anna")), "", apitype.PersonUnmapped},
			"with a homoglyph":          {says(entry("ЅE2321000131-P000000000001", "anna")), "", apitype.PersonUnmapped}, // Cyrillic Ѕ
			"the beginning":             {says(entry(annasID[:25], "anna")), "", apitype.PersonUnmapped},
			"no HSA-id at all":          {says(courier.Entry{Values: map[string][][]byte{"uid": {[]byte("anna")}}}), "", apitype.PersonUnmapped},
			"the HSA-id somewhere else": {says(courier.Entry{Values: map[string][][]byte{"uid": {[]byte("anna")}, "cn": {[]byte(annasID)}}}), "", apitype.PersonUnmapped},
			"a refused name":            {fails(courier.Denied), "", apitype.ConfigInvalid},
			"another server":            {fails(courier.BadTLS), "", apitype.ConfigInvalid},
			"too much":                  {fails(courier.TooLarge), "", apitype.ConfigInvalid},
			"no connection":             {fails(courier.Unreachable), "", apitype.NetworkDown},
			"no answer":                 {fails(courier.Late), "", apitype.NetworkDown},
			"more than was asked for": {func(context.Context, courier.Question) (courier.Answer, error) {
				return courier.Answer{Entries: []courier.Entry{entry(annasID, "anna")}, Truncated: true}, nil
			}, "", apitype.PersonUnmapped},
		} {
			p := connect(t)
			p.line.answer = c.answer
			p.want(name, c.want, c.code)
		}
	})
}

func TestTheQuestionIsThatOfPolicy(t *testing.T) {
	p := connect(t)
	p.want("now", "", "")
	p.wantAsked(1)
	got := p.line.asked[0]
	if got.URI != "ldaps://dc.test" || got.Base != "dc=test" || got.Filter != "(&(uid=*)(hsaIdentity="+annasID+"))" || got.Limit != 1 ||
		strings.Join(got.Attributes, " ") != "hsaIdentity uid" || got.Bind.DN != "cn=reader" || string(got.Bind.Password) != secret {
		t.Errorf("asked %+v", got)
	}
	if strings.Contains(p.log.String(), secret) {
		t.Error("the secret is in the log")
	}
}

func TestAFreshAnswerIsUsedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t)
		p.line.answer = says(entry(annasID, "anna"))
		p.want("at first", "anna", "")
		p.line.answer = fails(courier.Unreachable)
		p.now = p.now.Add(fresh)
		p.want("after a minute", "anna", "")
		p.wantAsked(1)
		p.now = p.now.Add(time.Second)
		p.line.answer = says(entry(annasID, "anka"))
		p.want("later", "anka", "")
		p.wantAsked(2)
	})
}

func TestTwoWhoAskAboutOnePersonShareTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t)
		p.line.answer = func(context.Context, courier.Question) (courier.Answer, error) {
			time.Sleep(time.Second)
			return courier.Answer{Entries: []courier.Entry{entry(annasID, "anna")}}, nil
		}
		impatient, cancel := context.WithCancel(t.Context())
		go func() { _, _, _ = p.Account(impatient, annasID) }()
		synctest.Wait()
		cancel() // who asked first goes away, and the other still gets the answer
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { p.want("together", "anna", "") })
		}
		all.Wait()
		p.wantAsked(1)
	})
}

func TestNoMoreThanOneQuestionASecondIsPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t)
		begun := time.Now()
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			p.want("nobody", "", "")
			if got := time.Since(begun); got != want {
				t.Errorf("question %d after %s", i, got)
			}
		}
		p.wantAsked(3)
	})
}

func TestAnAnswerThatDoesNotComeIsNotWaitedForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t)
		p.line.answer = func(ctx context.Context, q courier.Question) (courier.Answer, error) {
			if q.Timeout > p.cfg.Timeout {
				t.Errorf("the courier gets %s", q.Timeout)
			}
			<-ctx.Done()
			return courier.Answer{}, &courier.Failure{Reason: courier.Late}
		}
		begun := time.Now()
		p.want("a black hole", "", apitype.NetworkDown)
		if got := time.Since(begun); got != p.cfg.Timeout {
			t.Errorf("waited %s", got)
		}
	})
}

func TestAPolicyWhoseFilterComparesNothingIsRefused(t *testing.T) {
	if _, err := New(Config{Filter: "(uid=*)"}); err == nil {
		t.Error("accepted")
	}
}

func TestAMappingIsFoundWithoutCaseAndSpaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const mapping = "X509:<I>C=SE,O=Inera AB,CN=CA v1<SR>7401"
		has := func(id string, mappings ...string) func(context.Context, courier.Question) (courier.Answer, error) {
			e := entry(id)
			for _, m := range mappings {
				e.Values["altsecurityidentities"] = append(e.Values["altsecurityidentities"], []byte(m))
			}
			return says(e)
		}
		for name, c := range map[string]struct {
			answer       func(context.Context, courier.Question) (courier.Answer, error)
			holds, known bool
		}{
			"as it is":           {has(annasID, mapping), true, true},
			"among others":       {has(annasID, "X509:<SKI>00", mapping), true, true},
			"typed by somebody":  {has(annasID, "x509:<I>C=SE, O=INERA AB, CN=ca v1 <SR>7401"), true, true},
			"of an earlier card": {has(annasID, mapping+"00"), false, true},
			"none":               {has(annasID), false, true},
			"of somebody else":   {has(bobsID, mapping), false, false},
			"nobody":             {says(), false, false},
			"two":                {says(entry(annasID), entry(annasID)), false, false},
			"no connection":      {fails(courier.Unreachable), false, false},
		} {
			p := connect(t)
			p.line.answer = c.answer
			holds, known, err := p.Holds(t.Context(), annasID, mapping)
			if holds != c.holds || known != c.known || (err != nil) != (!known && name != "nobody") {
				t.Errorf("%s: %v, %v, %v", name, holds, known, err)
			}
		}
	})
}

func TestWhoAsksForMappingsKeepsNobodyFromLoggingIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { _, _, _ = p.Holds(t.Context(), annasID, "x") })
		}
		synctest.Wait()
		begun := time.Now()
		p.want("meanwhile", "", "")
		if took := time.Since(begun); took != 0 {
			t.Errorf("waited %s", took)
		}
		all.Wait()
		if len(p.line.asked) > 4 {
			t.Errorf("%d questions", len(p.line.asked))
		}
	})
}
