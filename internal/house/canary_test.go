package house

import (
	"bytes"
	"debug/buildinfo"
	"go/ast"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"siths-agent/internal/canary"
)

// constraint is the whole of a canary's build line, mentions any line that could be one, twinName a twin's file.
var (
	constraint = regexp.MustCompile(`^//go:build (!?)canary_([a-z0-9_]+)$`)
	mentions   = regexp.MustCompile(`^//go:build .*canary`)
	twinName   = regexp.MustCompile(`^(.+)_canary((?:_linux|_windows)?\.go)$`)
)

// tagOf returns a file's canary, and whether the file is the control (on) or its twin.
func tagOf(t *testing.T, f File) (name string, on bool) {
	t.Helper()
	for _, group := range f.Comments {
		for _, c := range group.List {
			if !mentions.MatchString(c.Text) {
				continue
			}
			m := constraint.FindStringSubmatch(c.Text)
			if m == nil || f.Test() {
				t.Errorf("%s: %q is not how a canary is tagged", f.Path, c.Text)
				return "", false
			}
			return m[2], m[1] == "!"
		}
	}
	return "", false
}

// room is where canaries of a file belong, as the list names it.
func room(f File) string { return filepath.ToSlash(filepath.Dir(f.Path)) }

func TestEveryCanaryHasItsTwinAndItsRow(t *testing.T) {
	byPath, names := map[string]File{}, map[string]string{} // path → file, canary → room
	for _, f := range files(t) {
		byPath[f.Path] = f
	}
	for path, f := range byPath {
		name, on := tagOf(t, f)
		m := twinName.FindStringSubmatch(path)
		switch {
		case m != nil && (name == "" || on):
			t.Errorf("%s is named as a twin and is not tagged as one", path)
		case name == "":
			continue
		case on:
			if wanted := regexp.MustCompile(`((?:_linux|_windows)?\.go)$`).ReplaceAllString(path, "_canary$1"); byPath[wanted].File == nil {
				t.Errorf("%s has no twin %s", path, wanted)
			}
			names[name] = room(f)
		case m == nil:
			t.Errorf("%s is tagged as a twin and is not named as one", path)
		default:
			sameDoors(t, byPath[m[1]+m[2]], f)
		}
	}
	listed := map[string]bool{}
	for _, c := range canary.All() {
		if listed[c.Name] {
			t.Errorf("%s is listed twice", c.Name)
		}
		if listed[c.Name] = true; names[c.Name] != c.Package && !inC(t, c) {
			t.Errorf("%s is listed in %s and tagged in %q", c.Name, c.Package, names[c.Name])
		}
	}
	for name, where := range names {
		if !listed[name] {
			t.Errorf("%s of %s is not listed", name, where)
		}
	}
}

// sameDoors wants a control and its twin to declare the same functions.
func sameDoors(t *testing.T, control, twin File) {
	t.Helper()
	if control.File == nil {
		t.Errorf("%s has no control beside it", twin.Path)
		return
	}
	name, _ := tagOf(t, twin)
	if other, on := tagOf(t, control); other != name || !on {
		t.Errorf("%s is not tagged as the control of %s", control.Path, twin.Path)
	}
	if a, b := doors(control), doors(twin); !slices.Equal(a, b) {
		t.Errorf("%s has %q, %s has %q", control.Path, a, twin.Path, b)
	}
}

// doors are a file's functions without the names of what they take.
func doors(f File) []string {
	var list []string
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		text := fn.Name.Name
		for _, part := range []*ast.FieldList{fn.Recv, fn.Type.Params, fn.Type.Results} {
			text += ";" + typesOf(part)
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

func typesOf(fields *ast.FieldList) string {
	var list []string
	if fields != nil {
		for _, f := range fields.List {
			for range max(1, len(f.Names)) {
				list = append(list, types.ExprString(f.Type))
			}
		}
	}
	return strings.Join(list, ",")
}

// inC says whether a canary's control and its twin are in C files.
func inC(t *testing.T, c canary.Canary) bool {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(root(t), c.Package, "*.c"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	macro := strings.ToUpper(c.Tag())
	return bytes.Contains(all, []byte("#ifndef "+macro+"\n")) && bytes.Contains(all, []byte("#ifdef "+macro+"\n")) &&
		bytes.Contains(all, []byte(`"`+c.Tag()+`"`))
}

// TestWhatIsBuiltHasEveryControlOn looks at the programs in bin/. A C twin leaves its tag in what it is built into.
func TestWhatIsBuiltHasEveryControlOn(t *testing.T) {
	for _, name := range []string{"siths-agentd", "siths-cardhost", "siths-courier", "siths-ticket", "siths-sever", "siths-pam", "sithsctl", "siths-tray", "siths-window", "siths-vcard"} {
		info, err := buildinfo.ReadFile(filepath.Join(root(t), "bin", name))
		if err != nil {
			t.Errorf("run `make build`: %v", err)
			continue
		}
		for _, s := range info.Settings {
			if s.Key == "-tags" {
				t.Errorf("%s is built with the tags %s", name, s.Value)
			}
		}
	}
	module, err := os.ReadFile(filepath.Join(root(t), "bin", "pam_siths.so"))
	if err != nil {
		t.Errorf("run `make build`: %v", err)
	}
	if bytes.Contains(module, []byte("canary_")) {
		t.Error("the PAM module has a control switched off")
	}
}

// TestNothingThatBuildsOrInstallsNamesACanary: only the tests of internal/canary set such a tag.
func TestNothingThatBuildsOrInstallsNamesACanary(t *testing.T) {
	for _, name := range []string{"Makefile", "installer"} {
		err := filepath.WalkDir(filepath.Join(root(t), name), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if bytes.Contains(text, []byte("canary_")) {
				t.Errorf("%s names a canary", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestEveryTestThatACanaryNamesIsThere(t *testing.T) {
	there := map[string]bool{} // room and name
	for _, f := range files(t) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.Test() {
				there[room(f)+" "+fn.Name.Name] = true
			}
		}
	}
	for _, c := range canary.All() {
		if len(c.Tests) == 0 {
			t.Errorf("%s has no tests", c.Name)
		}
		for _, test := range c.Tests {
			for name := range strings.SplitSeq(test.Run, "|") {
				if !there[test.Package+" "+name] {
					t.Errorf("%s: there is no %s in %s", c.Name, name, test.Package)
				}
			}
		}
	}
}
