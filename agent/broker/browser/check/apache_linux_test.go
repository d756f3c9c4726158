package check

import (
	"errors"
	"os"
	"testing"
	"time"

	"siths-agent/internal/lab"
)

// TestApacheIsToldAsItIsSetUp is about the two ways of Apache that docs/sso-servers.md shows.
func TestApacheIsToldAsItIsSetUp(t *testing.T) {
	s := start(t, nil, lab.Web, lab.Strict)
	ordinary, strict := s.check(t, lab.Web), s.check(t, lab.Strict)
	if len(ordinary.Versions) != 2 || len(strict.Versions) != 2 {
		t.Fatalf("%+v, %+v", ordinary, strict)
	}
	for i, v := range ordinary.Versions {
		if !v.Resumes || !v.KeepsOpen || v.KeepFor != 5*time.Second || v.Signatures != 1 {
			t.Errorf("as Debian sets it up: %+v", v)
		}
		if v := strict.Versions[i]; v.Resumes || v.KeepsOpen || v.Signatures != 1 {
			t.Errorf("as it should be: %+v", v)
		}
	}
	if ordinary.Open || strict.Open || !ordinary.Resumes() || strict.Resumes() {
		t.Errorf("%+v, %+v", ordinary, strict)
	}
	withoutTickets(t, s.Lab)
	if r := s.check(t, lab.Web); len(r.Versions) != 2 || !r.Versions[0].Named || r.Versions[0].Resumes || !r.Versions[1].Resumes {
		t.Errorf("without tickets, with a cache: %+v", r)
	}
}

// withoutTickets turns tickets off and leaves the cache as it is.
func withoutTickets(t *testing.T, l *lab.Lab) {
	t.Helper()
	l.Halt(lab.Web)
	conf, err := os.OpenFile(l.Path("ordinary.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conf.WriteString("SSLSessionTickets off\n")
	if err := errors.Join(err, conf.Close(), l.Resume(lab.Web)); err != nil {
		t.Fatal(err)
	}
}
