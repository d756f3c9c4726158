package directory

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/agent/apitype"
	"siths-agent/agent/courier"
)

// known is a directory that has answered about anna, and that cannot be reached any more.
func known(t *testing.T) *phone {
	t.Helper()
	p := connect(t)
	p.line.answer = says(entry(annasID, "anna"))
	p.want("reached", "anna", "")
	p.line.answer = fails(courier.Unreachable)
	return p
}

func TestTheLastAnswerCountsUntilItsAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := known(t)
		for _, restart := range []bool{false, true} {
			p.now = p.now.Add(11 * time.Hour)
			if restart {
				p.restart()
			}
			p.want("within the age", "anna", "")
		}
		p.now = p.now.Add(2*time.Hour + time.Second)
		p.want("beyond it", "", apitype.NetworkDown)
	})
}

func TestAClockSetBackMakesNoAnswerYounger(t *testing.T) {
	for name, back := range map[string]time.Duration{"5 seconds": 5 * time.Second, "an hour": time.Hour, "a day": 24 * time.Hour, "10 years": 87600 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			p := known(t)
			p.now = p.now.Add(23 * time.Hour)
			p.want("within the age", "anna", "") // and the time is known by now
			p.now = p.now.Add(2 * time.Hour)
			p.want("beyond it", "", apitype.NetworkDown)
			p.now = p.now.Add(-back)
			p.restart()
			if back > 24*time.Hour {
				p.want(name+" back, before the answer", "", apitype.NetworkDown)
			}
			p.now = time.Date(2026, 11, 22, 9, 59, 59, 0, time.UTC)
			p.want(name+" back, an answer from the future", "", apitype.NetworkDown)
		})
	}
}

func TestTimeThatHasBeenSeenCountsAfterAClockSetBack(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		now, high time.Duration // after the answer
		want      bool
	}{
		{0, 0, true}, {time.Hour, 0, true}, {time.Hour + 1, 0, false}, {0, time.Hour, true}, {0, time.Hour + 1, false},
		{-1, 0, false}, {-time.Hour, 2 * time.Hour, false}, {87600 * time.Hour, 0, false}, {time.Minute, 87600 * time.Hour, false},
	} {
		if got := isYoung(at, at.Add(c.now), at.Add(c.high), time.Hour); got != c.want {
			t.Errorf("%s later, %s seen: %v", c.now, c.high, got)
		}
	}
}

func TestAClockThatWasWrongIsForgottenOnceTheDirectoryAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := known(t)
		right := p.now.Add(time.Hour)
		p.now = p.now.Add(87600 * time.Hour)
		p.want("ten years on", "", apitype.NetworkDown)
		p.now = right
		time.Sleep(silence)
		p.line.answer = says(entry(annasID, "anka"))
		p.want("reached", "anka", "")
		p.line.answer = fails(courier.Unreachable)
		p.now = p.now.Add(time.Hour)
		p.want("not reached", "anka", "")
	})
}

func TestAnAnswerTakesThePlaceOfTheLastOne(t *testing.T) {
	for name, answers := range map[string][]courier.Entry{
		"nobody": nil, "two": {entry(annasID, "anna"), entry(annasID, "anna")}, "another": {entry(bobsID, "anna")},
		"no account": {entry(annasID)}, "no name": {entry(annasID, "an\xff")},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := known(t)
			p.now = p.now.Add(time.Hour)
			p.line.answer = says(answers...)
			_, _, _ = p.Account(t.Context(), annasID)
			p.line.answer = fails(courier.Unreachable)
			p.now = p.now.Add(time.Hour)
			p.want("after "+name, "", apitype.NetworkDown)
			p.restart()
			p.want("started again after "+name, "", apitype.NetworkDown)
		})
	}
}

func TestAServerThatIsAnotherIsNotTheDirectoryAndTheLastAnswerCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := known(t)
		p.now = p.now.Add(time.Hour)
		p.line.answer = fails(courier.BadTLS)
		p.want("another server", "anna", "")
		p.now = p.now.Add(25 * time.Hour)
		p.want("another server, when the last answer is too old", "", apitype.ConfigInvalid)
	})
}

func TestWithoutAnAgeNoAnswerIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := connect(t)
		p.cfg.MaxAge = 0
		p.restart()
		p.line.answer = says(entry(annasID, "anna"))
		p.want("reached", "anna", "")
		p.line.answer = fails(courier.Unreachable)
		p.now = p.now.Add(fresh + 1)
		p.want("not reached", "", apitype.NetworkDown)
		if _, err := os.Stat(p.cfg.State); !os.IsNotExist(err) {
			t.Errorf("there is a file: %v", err)
		}
	})
}

func TestAnotherPolicyDoesNotGetTheAnswersOfThisOne(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"address": func(c *Config) { c.URI = "ldaps://other.test" }, "base": func(c *Config) { c.Base = "dc=other" },
		"filter": func(c *Config) { c.Filter = "(uid={hsa_id})" }, "attribute": func(c *Config) { c.Attribute = "mail" },
	} {
		synctest.Test(t, func(t *testing.T) {
			p := known(t)
			change(&p.cfg)
			p.restart()
			p.want("another "+name, "", apitype.NetworkDown)
		})
	}
}

func TestTheFileIsForItsOwnerAndWhole(t *testing.T) {
	p := known(t)
	info, err := os.Stat(p.cfg.State)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file is %v, %v", info, err)
	}
	others, err := filepath.Glob(p.cfg.State + ".*")
	if err != nil || others != nil {
		t.Errorf("left beside it: %v, %v", others, err)
	}
}

func TestAFileThatIsNotOursIsForgotten(t *testing.T) {
	for name, spoil := range map[string]func(file string) error{
		"readable by others": func(f string) error { return os.Chmod(f, 0o644) },
		"writable by others": func(f string) error { return os.Chmod(f, 0o602) },
		"garbage":            func(f string) error { return os.WriteFile(f, []byte("garbage"), 0o600) },
		"empty":              func(f string) error { return os.Truncate(f, 0) },
		"cut":                func(f string) error { return os.Truncate(f, 100) },
		"too large":          func(f string) error { return os.Truncate(f, maxFile+1) },
		"an unknown field":   func(f string) error { return replace(f, `"v":1`, `"v":1,"x":1`) },
		"another version":    func(f string) error { return replace(f, `"v":1`, `"v":2`) },
		"more behind it":     func(f string) error { return replace(f, "}\n", "}{}\n") },
		"no time":            func(f string) error { return replace(f, `"at":"2026`, `"at":"x`) },
		"a later time":       func(f string) error { return replace(f, `"at":"2026`, `"at":"2036`) },
		"no HSA-id":          func(f string) error { return replace(f, annasID, "å") },
		"no name":            func(f string) error { return replace(f, `"anna"`, `""`) },
		"a long name":        func(f string) error { return replace(f, `"anna"`, `"`+strings.Repeat("a", 257)+`"`) },
	} {
		synctest.Test(t, func(t *testing.T) {
			p := known(t)
			if err := spoil(p.cfg.State); err != nil {
				t.Fatal(err)
			}
			p.restart()
			p.want(name, "", apitype.NetworkDown)
			if !strings.Contains(p.log.String(), "last answers are forgotten") {
				t.Errorf("%s: the log does not tell", name)
			}
		})
	}
}

func replace(file, old, by string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(strings.Replace(string(data), old, by, 1)), 0o600)
}

func TestOnlySoManyPeopleAreRemembered(t *testing.T) {
	a := newAnswers(Config{MaxAge: time.Hour, State: filepath.Join(t.TempDir(), FileName)})
	begun := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for i := range maxAnswers + 1 {
		a.all[annasID+"-"+string(rune('A'+i/26/26))+string(rune('A'+i/26%26))+string(rune('A'+i%26))] = answer{"x", begun.Add(time.Duration(i))}
	}
	if err := a.keep(annasID, "anna", true, begun.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.all[annasID]; !ok || len(a.all) != maxAnswers {
		t.Errorf("%d people, the newest among them: %v", len(a.all), ok)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"v":1,"about":"x","high":"2026-11-22T10:00:00Z","answers":{"SE2321000131-P000000000001":{"account":"anna","at":"2026-11-22T10:00:00Z"}}}`))
	f.Add([]byte(`{"v":1,"about":"x","high":"2026-11-22T10:00:00Z","answers":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parse(data)
		if err != nil {
			return
		}
		text, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := parse(text); err != nil || len(again.Answers) != len(r.Answers) || !again.High.Equal(r.High) {
			t.Errorf("%q is read as %+v, written as %q, and read as %+v, %v", data, r, text, again, err)
		}
	})
}

func TestTheLastAnswerCountsAlsoForWhoHasLessTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := known(t)
		p.now = p.now.Add(time.Hour)
		p.line.answer = func(ctx context.Context, _ courier.Question) (courier.Answer, error) {
			<-ctx.Done()
			return courier.Answer{}, &courier.Failure{Reason: courier.Late}
		}
		for _, c := range []struct {
			id    string
			known bool
		}{{annasID, true}, {bobsID, false}} {
			ctx, cancel := context.WithTimeout(t.Context(), p.cfg.Timeout/2)
			name, known, err := p.Account(ctx, c.id)
			cancel()
			if known != c.known || (name == "anna") != c.known || isUnreached(err) == c.known {
				t.Errorf("%s: %q, %v, %v", c.id, name, known, err)
			}
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, known, err := p.Account(gone, bobsID); known || !errors.Is(err, context.Canceled) {
			t.Errorf("who has gone gets %v, %v", known, err)
		}
		time.Sleep(p.cfg.Timeout) // the last question ends by itself
	})
}

func TestADirectoryThatWasNotReachedIsNotWaitedForAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := known(t)
		p.now = p.now.Add(time.Hour)
		p.line.answer = func(ctx context.Context, _ courier.Question) (courier.Answer, error) {
			<-ctx.Done()
			return courier.Answer{}, &courier.Failure{Reason: courier.Late}
		}
		for i, want := range []time.Duration{p.cfg.Timeout, 0} {
			begun := time.Now()
			p.want("out of reach", "anna", "")
			if took := time.Since(begun); took != want {
				t.Errorf("time %d took %s", i, took)
			}
		}
		_, known, err := p.Account(t.Context(), bobsID)
		if known || !isUnreached(err) {
			t.Errorf("somebody without an answer: %v, %v", known, err)
		}
		time.Sleep(silence)
		p.line.answer = says(entry(annasID, "anka"))
		p.want("in reach again", "anka", "")
	})
}
