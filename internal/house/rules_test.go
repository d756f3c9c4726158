package house

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The longest that a function and a file may be, in lines.
const (
	longestFunction = 60
	longestFile     = 400
)

func files(t *testing.T) []File {
	t.Helper()
	list, err := Files(root(t))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEveryPackageHasOnePackageComment(t *testing.T) {
	docs := map[string]map[string]string{} // folder and package → file → comment
	for _, f := range files(t) {
		if f.Test() {
			continue
		}
		key := filepath.Dir(f.Path)
		if docs[key] == nil {
			docs[key] = map[string]string{}
		}
		if f.Doc != nil {
			docs[key][f.Path] = f.Doc.Text()
		}
	}
	for folder, comments := range docs {
		distinct := map[string]bool{}
		for path, text := range comments {
			distinct[text] = true
			system := strings.HasSuffix(path, "_linux.go") || strings.HasSuffix(path, "_windows.go")
			if len(comments) > 1 && !system {
				t.Errorf("%s has a package comment in %s and elsewhere", folder, path)
			}
		}
		if len(distinct) != 1 { // the same comment may stand in the files of each system
			t.Errorf("%s has %d package comments", folder, len(distinct))
		}
	}
}

func TestWhatIsExportedIsExplained(t *testing.T) {
	for _, f := range files(t) {
		if f.Test() || f.Name.Name == "main" {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && ofExported(d) && !isObvious(d) {
					t.Errorf("%s: %s is not explained", f.At(d), d.Name)
				}
			case *ast.GenDecl:
				explained(t, f, d)
			}
		}
	}
}

// ofExported says whether a function is none's method, or the method of an exported type.
func ofExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// isObvious says whether a method does what its interface in the standard library says.
func isObvious(d *ast.FuncDecl) bool {
	switch d.Name.Name {
	case "Error", "Unwrap", "String":
		return d.Recv != nil
	}
	return false
}

// explained asks for a comment on each exported constant, variable and type, or on their group.
func explained(t *testing.T, f File, d *ast.GenDecl) {
	t.Helper()
	if d.Tok == token.IMPORT {
		return
	}
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
				t.Errorf("%s: %s is not explained", f.At(s), s.Name)
			}
		case *ast.ValueSpec:
			if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
				t.Errorf("%s: %s is not explained", f.At(s), s.Names[0])
			}
		}
	}
}

func TestNothingIsTooLongToRead(t *testing.T) {
	for _, f := range files(t) {
		if f.Lines > longestFile {
			t.Errorf("%s has %d lines", f.Path, f.Lines)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.LinesOf(fn) > longestFunction {
				t.Errorf("%s: %s has %d lines", f.At(fn), fn.Name, f.LinesOf(fn))
			}
		}
	}
}

// TestTestsWaitForEventsAndSkipNothing allows sleeping where time stands still until all wait (testing/synctest).
func TestTestsWaitForEventsAndSkipNothing(t *testing.T) {
	bubbles := map[string]bool{} // folders
	for _, f := range files(t) {
		if f.Imports("testing/synctest") {
			bubbles[filepath.Dir(f.Path)] = true
		}
	}
	for _, f := range files(t) {
		if !f.Test() {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := s.X.(*ast.Ident)
			switch {
			case x == nil:
			case x.Name == "time" && s.Sel.Name == "Sleep" && !bubbles[filepath.Dir(f.Path)]:
				t.Errorf("%s sleeps outside a bubble of time", f.At(n))
			case strings.HasPrefix(s.Sel.Name, "Skip") && (x.Name == "t" || x.Name == "b" || x.Name == "f" || x.Name == "tb"):
				t.Errorf("%s skips", f.At(n))
			}
			return true
		})
	}
}

func TestThereIsNoInitAndNoFatalOutsideMain(t *testing.T) {
	for _, f := range files(t) {
		if f.Test() {
			continue
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init", f.At(fn))
			}
		}
		if f.Name.Name != "main" && f.Imports("log") {
			t.Errorf("%s uses package log", f.Path)
		}
	}
}

// pinLike are the names of PINs.
var pinLike = regexp.MustCompile(`^(?i:(\w*_)?pins?)$|PIN$`)

// harness says whether a file drives the virtual card in tests and measurements: its PIN is everybody's.
func harness(f File) bool {
	for _, room := range []string{"internal/bench/", "internal/walk/", "internal/stack/"} {
		if strings.HasPrefix(filepath.ToSlash(f.Path), room) {
			return true
		}
	}
	return f.Test()
}

func TestAPINIsNeverAString(t *testing.T) {
	for _, f := range files(t) {
		if harness(f) {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if fn, ok := call.Fun.(*ast.Ident); ok && fn.Name == "string" && namesPIN(call.Args[0]) {
				t.Errorf("%s makes a string of a PIN", f.At(n))
			}
			return true
		})
	}
}

// namesPIN says whether an expression is a PIN, a part of one, or the bytes of one.
func namesPIN(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return pinLike.MatchString(e.Name)
	case *ast.SelectorExpr:
		return pinLike.MatchString(e.Sel.Name) || e.Sel.Name == "Bytes" && namesPIN(e.X)
	case *ast.SliceExpr:
		return namesPIN(e.X)
	case *ast.CallExpr:
		return namesPIN(e.Fun)
	}
	return false
}

func TestTheGatesSeeWhatTheyLookFor(t *testing.T) {
	if n := len(files(t)); n < 100 {
		t.Fatalf("only %d files were found", n)
	}
	for name, want := range map[string]bool{"pin": true, "PIN": true, "pins": true, "signPIN": true, "old_pin": true, "spin": false, "kind": false, "pinned": false} {
		if pinLike.MatchString(name) != want {
			t.Errorf("%q counts as a PIN: %v", name, !want)
		}
	}
	if !within("a/b/c", "a/b/...") || !within("a/b", "a/b/...") || within("a/bc", "a/b/...") || within("a/b/c", "a/b") {
		t.Error("rooms are not told apart")
	}
}
