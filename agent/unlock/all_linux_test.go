package unlock

import (
	"errors"
	"slices"
	"testing"
)

func TestAllListsTheSessionsOfAllUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []Session
	for _, name := range []string{"anna", "bob", "anna"} {
		s := w.Session(w.logind, name)
		want = append(want, Session{ID: s.ID, UID: s.Person.UID, User: name})
	}
	got, err := w.desktop.All(t.Context())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if slices.ContainsFunc(got, Session.StandsIn) {
		t.Error("a real session stands in for a user")
	}
}

func TestWithoutALoginManagerThereAreNoSessionsButStandIns(t *testing.T) {
	t.Parallel()
	d := follow(t, "unix:path="+t.TempDir()+"/none")
	if got, err := d.All(t.Context()); !errors.Is(err, ErrNoSession) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := d.OfUser(t.Context(), 1000); err != nil || len(got) != 1 || !got[0].StandsIn() {
		t.Errorf("got %+v, %v", got, err)
	}
}
