package programs

import (
	"errors"
	"strings"
	"testing"
)

func FuzzStatus(f *testing.F) {
	f.Add([]byte("Name:\tjournal\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t1000\t1000\t1000\t1000\nThreads:\t3\n"), "journal\x00-x")
	f.Add([]byte("Name:\ta\\nb\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t1\n"), "")
	f.Fuzz(func(t *testing.T, status []byte, argv string) {
		p, err := parseStatus(status)
		if err != nil {
			if !errors.Is(err, errStatus) {
				t.Errorf("%v", err)
			}
			return
		}
		p.argv, _, _ = strings.Cut(argv, "\x00")
		if name, ok := p.called([]string{"journal"}); ok != (name == "journal") || !ok && (p.name == "journal" || p.argv == "journal") {
			t.Errorf("%+v is called %q, %v", p, name, ok)
		}
	})
}
