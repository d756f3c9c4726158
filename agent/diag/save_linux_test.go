package diag

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestASavedBundleIsItsOwnersAloneAndWritesNothingOver(t *testing.T) {
	b, err := Pack(assemble(time.Now(), Options{Now: time.Now}.told(well(), true)))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := b.Write(&want); err != nil {
		t.Fatal(err)
	}
	folder, at := t.TempDir(), time.Date(2026, 11, 22, 13, 37, 5, 0, time.UTC)
	for _, name := range []string{"siths-diag-2026-11-22-1337.zip", "siths-diag-2026-11-22-1337-2.zip", "siths-diag-2026-11-22-1337-3.zip"} {
		path, err := b.Save(folder, at)
		if err != nil || path != filepath.Join(folder, name) {
			t.Fatalf("saved as %q, %v", path, err)
		}
		info, err1 := os.Stat(path)
		got, err2 := os.ReadFile(path)
		if err1 != nil || err2 != nil || info.Mode().Perm() != 0o600 || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s has mode %s and %d bytes", name, info.Mode(), len(got))
		}
	}
}

func TestALinkIsNotFollowedAndAFolderThatIsNotThereIsAnError(t *testing.T) {
	b, err := Pack(Page{})
	if err != nil {
		t.Fatal(err)
	}
	folder, at := t.TempDir(), time.Now()
	victim := filepath.Join(folder, "victim")
	if err := os.Symlink(victim, filepath.Join(folder, bundleName(at, 0))); err != nil {
		t.Fatal(err)
	}
	if path, err := b.Save(folder, at); err != nil || path != filepath.Join(folder, bundleName(at, 1)) {
		t.Errorf("saved as %q, %v", path, err)
	}
	if _, err := os.Lstat(victim); err == nil {
		t.Error("a link was followed")
	}
	if path, err := b.Save(filepath.Join(folder, "none"), at); err == nil {
		t.Errorf("saved as %q", path)
	}
	for n := range mostNames {
		if err := os.WriteFile(filepath.Join(folder, bundleName(at, n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if path, err := b.Save(folder, at); err == nil {
		t.Errorf("saved as %q among a hundred", path)
	}
}

func TestABundleGoesWherePeopleLookForIt(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	want := func(folder string) {
		t.Helper()
		if got, err := Folder(); err != nil || got != filepath.Join(home, folder) {
			t.Errorf("it goes to %q, %v; want %q", got, err, folder)
		}
	}
	want("")
	m := machine{t, home}
	m.write(".config/user-dirs.dirs", "# made by xdg-user-dirs-update\nXDG_DOCUMENTS_DIR=\"$HOME/Dokument\"\nXDG_DOWNLOAD_DIR=\"$HOME/Hämtningar\"\n")
	want("")
	m.write("Dokument/brev.txt", "")
	want("Dokument")
	m.write("Hämtningar/fil.zip", "")
	want("Hämtningar")
}

func TestAFolderIsReadAsItIsWritten(t *testing.T) {
	for line, want := range map[string]string{
		`K="$HOME/A b"`: "/home/anna/A b", `K="/srv/x/"`: "/srv/x", `K="$HOME/"`: "/home/anna", ` K="/x"`: "/x",
		`K="x"`: "", `K=/x`: "", `K="/x`: "", `K="$HOME"`: "", `K="$(id)"`: "", `J="/x"`: "", "": "",
	} {
		if got := userFolder([]byte("# K\n"+line+"\n"), "K", "/home/anna"); got != want {
			t.Errorf("%s is %q, want %q", line, got, want)
		}
	}
}

// FuzzFolder: whatever stands in the file, a folder is an absolute path that stands there too.
func FuzzFolder(f *testing.F) {
	f.Add([]byte("XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n"))
	f.Add([]byte("XDG_DOWNLOAD_DIR=\"/srv\"\nXDG_DOWNLOAD_DIR=\"\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got := userFolder(file, "XDG_DOWNLOAD_DIR", "/home/anna")
		if got != "" && (!filepath.IsAbs(got) || strings.Contains(got, "\n") || !bytes.Contains(file, []byte("XDG_DOWNLOAD_DIR="))) {
			t.Errorf("%q stands for %q", file, got)
		}
	})
}
