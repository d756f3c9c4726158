package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"
)

func TestWhatIsPrintedAsJSONSteersNoTerminal(t *testing.T) {
	const hostile = "a\x1b[2J\r\n\x00\u009b31m\u202etxt\u200b\u2028\U000e0041\x7f å\U0001f600"
	var out bytes.Buffer
	e := &env{stdout: &out}
	if err := e.printJSON(map[string]string{"name": hostile}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(strings.TrimSuffix(out.String(), "\n"), func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("it printed %q", &out)
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back["name"] != hostile {
		t.Errorf("it reads as %q, %v", back["name"], err)
	}
}

func TestAFailingReaderIsToldAfterWhatItGave(t *testing.T) {
	var out bytes.Buffer
	r := io.MultiReader(strings.NewReader("{}\n"), &failing{})
	if err := copyLegibly(&out, r); err == nil || out.String() != "{}\n" {
		t.Errorf("%q, %v", &out, err)
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
