package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"siths-agent/agent/localapi"
)

// root is the source tree, seen from this package.
const root = ".."

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// goFiles calls f with every Go file of the project.
func goFiles(t *testing.T, f func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "bin") {
			return fs.SkipDir
		}
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		f(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// allMatches are the first groups of all matches.
func allMatches(pattern, text string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func TestTheAttackSurfaceNamesEveryProgram(t *testing.T) {
	surface := page(t, "docs/attacksurface.md")
	programs, err := os.ReadDir(filepath.Join(root, "cmd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		if !strings.Contains(surface, "| `"+program.Name()+"`") {
			t.Errorf("%s has no row", program.Name())
		}
	}
}

func TestTheAttackSurfaceHasTheTableOfRights(t *testing.T) {
	words := map[localapi.Right]string{localapi.No: "no", localapi.Self: "own", localapi.Bare: "bare", localapi.All: "all"}
	surface := page(t, "docs/attacksurface.md")
	for verb, rights := range localapi.Rights() {
		row := "| `" + string(verb) + "` |"
		for _, kind := range localapi.Kinds() {
			right, ok := rights[kind]
			if !ok {
				right = localapi.No
			}
			row += " " + words[right] + " |"
		}
		if !strings.Contains(surface, row) {
			t.Errorf("the row of %s is not %q", verb, row)
		}
	}
}

func TestTheAttackSurfaceNamesEveryVariableThatTheProgramsRead(t *testing.T) {
	surface := page(t, "docs/attacksurface.md")
	goFiles(t, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return
		}
		for _, variable := range allMatches(`(?:Getenv|LookupEnv|getenv)\("([A-Z_]+)"\)`, text) {
			if !strings.Contains(surface, "`"+variable+"`") {
				t.Errorf("%s reads %s, which has no row", path, variable)
			}
		}
	})
}

func TestTheAttackSurfaceNamesTheUnitsCapabilities(t *testing.T) {
	surface := page(t, "docs/attacksurface.md")
	for _, name := range allMatches(`\b(CAP_[A-Z_]+)`, strings.Join(allMatches(`(?m)^CapabilityBoundingSet=(.*)$`, page(t, "installer/linux/siths-agentd.service")), " ")) {
		if !strings.Contains(surface, name) {
			t.Errorf("%s is not named", name)
		}
	}
}

func TestEveryTestThatAPageNamesExists(t *testing.T) {
	tests := map[string]bool{}
	goFiles(t, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") {
			for _, name := range allMatches(`(?m)^func ((?:Test|Fuzz)\w+)\(`, text) {
				tests[name] = true
			}
		}
	})
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/attacksurface.md", "docs/threats.md"} {
		for _, test := range allMatches("[`'](?:go test )?((?:Test|Fuzz)[A-Z]\\w+)[`']", page(t, name)) {
			if !tests[test] && test != "TestAWrongPINCostsOneTry" { // that one shows how names are made
				t.Errorf("%s names %s, which is no test", name, test)
			}
		}
	}
}

func TestTheReadmeNamesEveryRoom(t *testing.T) {
	readme := page(t, "README.md")
	for _, pattern := range []string{"pcsc", "pcsc/*", "agent", "agent/*", "cmd/*", "ui/*"} {
		rooms, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, room := range rooms {
			info, err := os.Stat(room)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, room)
			if err != nil {
				t.Fatal(err)
			}
			if info.IsDir() && info.Name() != "testdata" && !strings.Contains(readme, "`"+name+"`") {
				t.Errorf("%s is not in the layout", name)
			}
		}
	}
}

func TestLinksAndInstalledFilesLeadSomewhere(t *testing.T) {
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/attacksurface.md", "docs/threats.md"} {
		text := page(t, name)
		var paths []string
		for _, link := range allMatches(`\]\(([^)#:]+)\)`, text) {
			paths = append(paths, filepath.Join(filepath.Dir(name), link))
		}
		for _, path := range append(paths, allMatches(`(installer/linux/[\w./-]+\w)`, text)...) {
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestThePageOnServersShowsTheFilesThatAreTested(t *testing.T) {
	text := page(t, "docs/sso-servers.md")
	files, err := filepath.Glob("servers/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		lines := strings.TrimSuffix(page(t, "docs/"+file), "\n")
		if shown := "\n\n    " + strings.ReplaceAll(lines, "\n", "\n    ") + "\n\n"; !strings.Contains(text, shown) {
			t.Errorf("%s is not shown as it is", file)
		}
	}
}
