package screens

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"siths-agent/ui/model"
)

// TestADiagnosisIsCopiedForTheTicketAndSavedForSupport goes by the keyboard alone, as people do who are on the phone.
func TestADiagnosisIsCopiedForTheTicketAndSavedForSupport(t *testing.T) {
	w := open(t, plan{NoTray: true})
	w.InsertAnna()
	w.window("--page", "diagnostics")
	w.wantPage(model.Page{Kind: model.Diagnostics})
	w.d.Key("Tab", "Return")
	var copied string
	w.d.Await("the lines for the ticket", func() bool { copied = w.d.Selections()["clipboard"]; return copied != "" })
	if strings.Count(strings.TrimSpace(copied), "\n") != 5 || !strings.HasPrefix(copied, "SITHS Agent, ") || strings.Contains(copied, "Anna T") {
		t.Errorf("the ticket is\n%s", copied)
	}
	w.d.Key("Tab", "Return")
	w.wantPage(model.Page{Kind: model.Bundle})
	if files := w.bundles(); len(files) > 0 {
		t.Errorf("%v was saved before anybody agreed", files)
	}
	w.d.Key("Tab", "Return")
	w.wantPage(model.Page{Kind: model.Saved, Rows: []model.Row{{Value: "any path"}}}) // before it says so, the file may be half written
	file := w.bundles()[0]
	info, err := os.Stat(file)
	w.Must(err)
	content := w.unpacked(file)
	if info.Mode().Perm() != 0o600 || !strings.Contains(content, `"name": "card-service"`) || strings.Contains(content, "Anna T") {
		t.Errorf("%s, mode %s, holds\n%s", file, info.Mode(), content)
	}
}

// bundles are those in anna's home folder.
func (w *world) bundles() []string {
	files, _ := filepath.Glob(filepath.Join(w.Home("anna"), "siths-diag-*.zip")) // the pattern is well-formed
	return files
}

// unpacked is the text of all files in a bundle.
func (w *world) unpacked(file string) string {
	w.t.Helper()
	z, err := zip.OpenReader(file)
	w.Must(err)
	defer func() { _ = z.Close() }()
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		w.Must(err)
		_, err = io.Copy(&all, r)
		w.Must(err)
	}
	return all.String()
}
