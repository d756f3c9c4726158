package durable

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAFileIsReplacedWholeAlsoOverWhatACrashLeftBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.json")
	for _, want := range []string{"the first", "another"} {
		if err := os.WriteFile(path+".new", []byte("half a"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Replace(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || string(got) != want || info.Mode().Perm() != 0o600 {
			t.Errorf("%q, %v, %v, %v", got, info, err, statErr)
		}
		if _, err := os.Lstat(path + ".new"); !os.IsNotExist(err) {
			t.Errorf("something is left: %v", err)
		}
	}
}

func TestAFileThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.json")
	if err := Replace(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path+".new", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := Replace(path, []byte("new"))
	if got, _ := os.ReadFile(path); err == nil || string(got) != "old" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAPublishedFileIsReadByAllAndWrittenByItsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := Publish(path, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info, err)
	}
}
