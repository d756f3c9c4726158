package licences

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shipped are the programs that people get.
func shipped() []string {
	return []string{"siths-agentd", "siths-cardhost", "siths-courier", "siths-ticket", "siths-sever", "siths-pam", "sithsctl", "siths-tray", "siths-window"}
}

// modules are those that the programs are made of on a system, with their folders.
func modules(t *testing.T, goos string) map[Part]string {
	t.Helper()
	args := []string{"list", "-deps", "-f", `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}`}
	for _, p := range shipped() {
		args = append(args, "siths-agent/cmd/"+p)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	found := map[Part]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 3 {
			found[Part{Name: f[0], Version: f[1]}] = f[2]
		}
	}
	return found
}

// names are those of files with licences in them.
func names() *regexp.Regexp { return regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([-_.].*)?$`) }

// elsewhere are folders of modules that are not built into anything.
func elsewhere() *regexp.Regexp { return regexp.MustCompile(`(^|/)(testdata|cmd)(/|$)`) }

// texts are the licences in a module's folder, by the name of the part that each is of.
func texts(t *testing.T, name, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && elsewhere().MatchString(at):
			return fs.SkipDir
		case d.IsDir() || !names().MatchString(d.Name()) || path.Ext(at) == ".go":
			return nil
		}
		b, err := os.ReadFile(filepath.Join(dir, at))
		if path.Dir(at) != "." || strings.EqualFold(path.Base(at), "NOTICE") {
			at = name + "/" + at
		} else {
			at = name
		}
		found[at] = found[at] + strings.TrimSpace(strings.ReplaceAll(string(b), "\r", ""))
		return err
	})
	if err != nil || found[name] == "" {
		t.Errorf("%s has no licence: %v", name, err)
	}
	return found
}

// kind is how SPDX names a licence, by words that stand in it and in no other before it.
func kind(text string) string {
	flat := strings.Join(strings.Fields(text), " ")
	for _, k := range []struct{ words, id string }{
		{"Apache License", "Apache-2.0"}, {"Mozilla Public License", "MPL-2.0"}, {"SIL OPEN FONT LICENSE", "OFL-1.1"},
		{"Bitstream Vera", "Bitstream-Vera"}, {"creativecommons.org/licenses/by/4.0", "CC-BY-4.0"}, {"Creative Commons Attribution", "CC-BY-4.0"},
		{"Permission is hereby granted, free of charge", "MIT"}, {"origin of this software must not be misrepresented", "Zlib"},
		{"distribute this software for any purpose with or without fee", "ISC"}, {"Old MIT", "MIT-Modern-Variant"},
		{"endorse or promote", "BSD-3-Clause"}, {"Redistributions in binary form", "BSD-2-Clause"}, {"CoreOS", "NOTICE"},
	} {
		if strings.Contains(flat, k.words) {
			return k.id
		}
	}
	return "unknown"
}

// written is the file as what is built wants it.
func written(t *testing.T) string {
	t.Helper()
	parts := modules(t, "linux")
	maps.Copy(parts, modules(t, "windows"))
	byText := map[string][]Part{}
	for m, dir := range parts {
		for name, text := range texts(t, m.Name, dir) {
			byText[text] = append(byText[text], Part{name, m.Version, kind(text)})
		}
	}
	byText[artwork] = []Part{{"EmojiOne", "v1.0", kind(artwork)}}
	text := goLicence(t)
	byText[text] = append(byText[text], Part{"go", goVersion(t), kind(text)})
	return join(byText)
}

// artwork is what the pictures in a font of Fyne ask for, which its own licence does not tell.
const artwork = `Emoji artwork provided by EmojiOne (http://emojione.com), under the Creative Commons Attribution 4.0 International
licence (https://creativecommons.org/licenses/by/4.0/legalcode). It is in a font of fyne.io/fyne/v2.`

// goLicence is that of the compiler's own library.
func goLicence(t *testing.T) string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// goVersion is that of go.mod: the compiler of a machine may be a later one.
func goVersion(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(b)
	if m == nil {
		t.Fatal("go.mod names no version of Go")
	}
	return string(m[1])
}

func join(byText map[string][]Part) string {
	byName := func(a, b Part) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) }
	var groups [][]string
	for text, parts := range byText {
		slices.SortFunc(parts, byName)
		group := []string{}
		for _, p := range parts {
			group = append(group, fmt.Sprintf("%s%s %s %s", head, p.Name, p.Version, p.Licence))
		}
		groups = append(groups, append(group, "", text, "", ""))
	}
	slices.SortFunc(groups, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	var out strings.Builder
	for _, g := range groups {
		out.WriteString(strings.Join(g, "\n"))
	}
	return out.String()
}

func TestTheLicencesAreThoseOfWhatIsBuilt(t *testing.T) {
	want := written(t)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile("licences.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if Text() != want {
		t.Error("licences.txt is out of date: run go generate ./ui/licences")
	}
}

func TestEveryPartHasALicenceThatMayBeShipped(t *testing.T) {
	may := []string{"Apache-2.0", "MPL-2.0", "OFL-1.1", "Bitstream-Vera", "CC-BY-4.0", "MIT", "MIT-Modern-Variant", "Zlib", "ISC", "BSD-3-Clause", "BSD-2-Clause", "NOTICE"}
	parts := Parts()
	for _, p := range parts {
		if !slices.Contains(may, p.Licence) {
			t.Errorf("%s %s: %s", p.Name, p.Version, p.Licence)
		}
	}
	if len(parts) < 40 {
		t.Errorf("only %d parts", len(parts))
	}
	if n := strings.Count(Text(), "\n"+head) + 1; n != len(parts) {
		t.Errorf("%d lines name a part, and %d parts are read", n, len(parts))
	}
}
