package main

import (
	"archive/zip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/agent/diag"
	"siths-agent/ui/text"
)

func TestDiagShowsFifteenRowsAndWhatToDo(t *testing.T) {
	s := newStage(t, anna(apitype.Refused, 3))
	s.agent.states[0].Problems = []apitype.Problem{{Code: apitype.CertRevoked, Severity: apitype.Error}}
	s.vars["LANG"] = "sv_SE.UTF-8"
	if code := s.run(t, "diag"); code != exitDone {
		t.Fatalf("ended with %d: %s", code, &s.err)
	}
	revoked := text.Problem(text.SV, apitype.CertRevoked)
	for _, want := range []string{" 1  ", "15  ", "RÖD     Tillit och spärrkontroll", revoked.Headline + " [cert.revoked]", revoked.Action} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("%q is not said:\n%s", want, &s.out)
		}
	}
	if strings.Contains(s.out.String(), "Anna T") {
		t.Errorf("the holder is named:\n%s", &s.out)
	}
}

func TestDiagIsMadeWithoutTheService(t *testing.T) {
	s := newStage(t)
	s.agent.err = problem(apitype.AgentUnreachable)
	if code := s.run(t, "diag --json"); code != exitDone {
		t.Fatalf("ended with %d: %s", code, &s.err)
	}
	var page struct {
		Rows []struct {
			Colour diag.Colour  `json:"colour"`
			Code   apitype.Code `json:"code"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(s.out.Bytes(), &page); err != nil || len(page.Rows) != 15 || page.Rows[0].Code != apitype.AgentUnreachable {
		t.Errorf("%v: %s", err, &s.out)
	}
}

func TestWhatToDoIsSaidOnceForEachCode(t *testing.T) {
	s := newStage(t)
	s.agent.err = problem(apitype.AgentUnreachable)
	s.run(t, "diag")
	p := text.Problem(text.EN, apitype.AgentUnreachable)
	if strings.Count(s.out.String(), p.Action) != 1 || strings.Count(s.out.String(), "See row 1. [agent.unreachable]") != 7 {
		t.Errorf("it is said otherwise:\n%s", &s.out)
	}
}

// bundle runs sithsctl diag --out and returns its exit code and the text of all files in the bundle.
func (s *stage) bundle(t *testing.T, more string) (code int, name, content string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "b.zip")
	code = s.run(t, "diag --out "+name+" "+more)
	z, err := zip.OpenReader(name)
	if err != nil {
		return code, name, ""
	}
	defer func() { _ = z.Close() }()
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(f.Name + "\n")
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return code, name, all.String()
}

func TestABundleIsShownBeforeItIsSaved(t *testing.T) {
	for typed, saved := range map[string]bool{"yes\n": true, "YES\r\n": true, "no\n": false, "\n": false, "": false, "y\n": false} {
		s := newStage(t, anna(apitype.Unlocked, 3)).types(typed)
		code, _, content := s.bundle(t, "")
		if (code == exitDone) != saved || (content != "") != saved {
			t.Errorf("%q: ended with %d, saved %q", typed, code, content)
		}
		for _, file := range []string{"page.json", "page.sv.txt", "page.en.txt", "manifest.json"} {
			if !strings.Contains(s.out.String(), file) || saved != strings.Contains(content, file+"\n") {
				t.Errorf("%q: %s:\n%s", typed, file, &s.out)
			}
		}
		if !strings.Contains(s.tty.out.String(), s.say(text.CtlBundleQuestion)) || !s.tty.closed {
			t.Errorf("%q: nobody was asked: %s", typed, &s.tty.out)
		}
	}
}

func TestABundleIsSavedUnaskedOnlyWhereNobodyIsThereOrItWasSaid(t *testing.T) {
	s := newStage(t, anna(apitype.Unlocked, 3))
	if code, _, content := s.bundle(t, ""); code != exitDone || content == "" {
		t.Errorf("without a terminal: %d: %s", code, &s.err)
	}
	s = newStage(t, anna(apitype.Unlocked, 3)).types("no\n")
	code, name, content := s.bundle(t, "--yes --json")
	if code != exitDone || content == "" || s.tty.out.Len() > 0 || !strings.HasPrefix(s.out.String(), `[{"name":"page.json"`) {
		t.Errorf("with --yes: %d: %s%s", code, &s.out, &s.err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 || info.Size() > diag.MaxBundle {
		t.Errorf("the file is %v, %v", info, err)
	}
	if code := s.run(t, "diag --yes --out "+name); code == exitDone {
		t.Error("a file that was there was written over")
	}
}

func TestWhatPeopleReadOfAPageHoldsNothingElse(t *testing.T) {
	s := newStage(t, anna(apitype.Unlocked, 3))
	const secret = "73518294"
	state := &s.agent.states[0]
	state.Reader.Name, state.Card.Number, state.Card.Kind, state.Agent.Version = "Reader "+secret, "…"+secret, secret, secret
	state.Problems = []apitype.Problem{{Code: apitype.Code("card." + secret), Severity: apitype.Error, Ref: secret}}
	state.Systems = []apitype.System{{Name: secret, Title: secret, Kind: secret, State: secret}}
	if _, _, content := s.bundle(t, ""); content == "" || strings.Contains(content+s.out.String(), secret) {
		t.Errorf("it holds the secret:\n%s%s", content, &s.out)
	}
}
