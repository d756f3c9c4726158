package display

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestOnlyTheMarkOfAManagerThatIsGoneIsDeleted(t *testing.T) {
	const root, mark, window = 77, 300, 5001
	here := reply(32, 33, 1, string(numbers(window)))
	badWindow := "\x00\x03" + strings.Repeat("\x00", 30) // X protocol, appendix B, "Errors"
	atom, none := reply(0, mark, 0, ""), reply(0, 0, 0, "")
	deleted := string([]byte{deleteProperty, 0, 3, 0}) + string(numbers(root, mark))
	for name, c := range map[string]struct {
		says string
		want error
		gone bool
	}{
		"there":       {atom + here + here, nil, false},
		"never there": {none, nil, false},
		"none now":    {atom + none, nil, false},
		"gone":        {atom + here + badWindow + none, nil, true},
		"another's":   {atom + here + none + none, nil, true},
		"cut off":     {atom + here, io.EOF, false},
	} {
		s := &server{Reader: strings.NewReader(c.says)}
		if err := forgetLost(s, setup(root)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if got := strings.Contains(s.heard.String(), deleted); got != c.gone {
			t.Errorf("%s: deleted: %v, it was told %q", name, got, s.heard.String())
		}
	}
}

func FuzzManager(f *testing.F) {
	f.Add(string(setup(77)), reply(0, 300, 0, "")+reply(32, 33, 1, string(numbers(5001))))
	f.Add("", "")
	f.Fuzz(func(t *testing.T, setup, says string) {
		if err := forgetLost(&server{Reader: strings.NewReader(says)}, []byte(setup)); err == nil && len(says) < replySize {
			t.Errorf("%q answers everything", says)
		}
	})
}
