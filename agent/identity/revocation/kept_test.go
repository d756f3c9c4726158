package revocation

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"siths-agent/internal/testpki"
	"siths-agent/internal/testpki/responder"
)

func TestVerdictsOutliveTheService(t *testing.T) {
	w := newWorld(t)
	if got := w.check(w.checker(w.store(), OCSP)); got.Result != Good {
		t.Fatalf("got %+v", got)
	}
	w.asker.down.Store(true)
	w.pass(10 * time.Minute)
	if got := w.check(w.checker(w.store(), OCSP)); got.Result != Good || got.Age != 10*time.Minute {
		t.Errorf("in the next run: %+v", got)
	}
	w.asker.down.Store(false)
	w.pki.RevokeCard(w.card)
	w.check(w.checker(w.store(), OCSP))
	w.asker.down.Store(true)
	w.pass(100 * day)
	if got := w.check(w.checker(w.store(), OCSP)); got.Result != Revoked {
		t.Errorf("revoked, a hundred days later: %+v", got)
	}
}

func TestListsOutliveTheService(t *testing.T) {
	w := newWorld(t)
	if got := w.check(w.checker(w.store(), CRL)); got.Result != Good || got.Source != CRL {
		t.Fatalf("got %+v", got)
	}
	w.asker.down.Store(true)
	w.pass(time.Hour)
	c := w.checker(w.store(), CRL)
	if got := w.check(c); got.Result != Good || got.Age != time.Hour {
		t.Errorf("in the next run: %+v", got)
	}
	w.pass(48 * time.Hour)
	if got := w.check(c); got.Result != Unknown || !got.Offline {
		t.Errorf("when its time is over: %+v", got)
	}
}

func TestWhatWasSpoiltOnDiskIsAsGoodAsAbsent(t *testing.T) {
	w := newWorld(t)
	w.check(w.checker(w.store(), OCSP))
	w.check(w.checker(w.store(), CRL))
	w.asker.down.Store(true)
	for _, name := range w.kept() {
		data, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.check(w.checker(w.store(), OCSP, CRL)); got.Result != Unknown {
		t.Errorf("got %+v", got)
	}
}

func TestFilesOfOthersAreNotBelieved(t *testing.T) {
	w := newWorld(t)
	w.check(w.checker(w.store(), OCSP))
	w.asker.down.Store(true)
	for _, name := range w.kept() {
		if err := os.Chmod(filepath.Join(w.dir, name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.check(w.checker(w.store(), OCSP)); got.Result != Unknown {
		t.Errorf("got %+v", got)
	}
}

// kept are the names of the files of the store, which nobody else may read.
func (w *world) kept() []string {
	w.t.Helper()
	entries, err := os.ReadDir(w.dir)
	if err != nil || len(entries) == 0 {
		w.t.Fatalf("%d files, %v", len(entries), err)
	}
	var names []string
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
			w.t.Errorf("%s: %v, %v", e.Name(), info, err)
		}
		names = append(names, e.Name())
	}
	return names
}

func TestTheOldestGoodAnswersMakePlaceAndRevocationsStay(t *testing.T) {
	dir := t.TempDir()
	d := disk{dir: dir, most: 2, turn: new(sync.Mutex)}
	for i, name := range []string{goodPrefix + "old", revokedPrefix + "old", goodPrefix + "b", goodPrefix + "c", listPrefix + "d"} {
		if err := d.write(name, []byte{1}); err != nil {
			t.Fatal(err)
		}
		at := noon.Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.evict(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got := strings.Join(left, " "); got != "good-b good-c list-d revoked-old" {
		t.Errorf("left are %s", got)
	}
}

// FuzzKeptFiles puts bytes where a store looks for what it has kept: nothing but what an authority has signed counts.
func FuzzKeptFiles(f *testing.F) {
	w := newWorld(f)
	answer, err := w.r.AnswerAbout(w.card.Auth.Cert, testpki.PersonHSA3)
	if err != nil {
		f.Fatal(err)
	}
	list, err := w.pki.CRL(testpki.PersonHSA3, testpki.CRL{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answer)
	f.Add(list)
	f.Add([]byte(`{"seen":"2026-11-22T12:00:00Z","signed":"2026-11-22T12:00:00Z","newest":"2026-11-22T12:00:00Z"}`))
	f.Add([]byte(`[{"certificate":"AAAA","addresses":["http://127.0.0.1/"]}]`))
	about := subjectOf(w.card.Auth.Cert, w.ca)
	names := []string{clockFile, issuersFile, nameOfList(authorityOf(w.ca)), nameOfAnswer(goodPrefix, about), nameOfAnswer(revokedPrefix, about)}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := w.beside(t, responder.Behaviour{})
		w.asker.down.Store(true)
		d := disk{dir: w.dir, turn: new(sync.Mutex)}
		for _, name := range names {
			if err := d.write(name, data); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.check(w.checker(w.store(), OCSP, CRL)); got.Result == Revoked || got.Result == Good && got.At != noon {
			t.Errorf("nobody has signed %+v", got)
		}
	})
}
