// Package house knows the source of this module, so that tests can hold it to the rules of the house.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is this module's path.
const Module = "siths-agent"

// Package is one package as `go list` tells it.
type Package struct {
	ImportPath string
	Dir        string
	Standard   bool
	GoFiles    []string
	CgoFiles   []string
	Imports    []string // direct, without those of tests
	Deps       []string // all, without those of tests
}

// Packages lists the module's packages as they are built for a system. root is the module's folder.
func Packages(root, goos string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Standard,GoFiles,CgoFiles,Imports,Deps", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos)
	if goos != "linux" {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=0")
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing packages: %w: %s", err, &stderr)
	}
	var list []Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the list of packages: %w", err)
		}
		list = append(list, p)
	}
}

// File is one parsed Go file.
type File struct {
	Path  string // below the module's folder
	Lines int
	*ast.File
	set *token.FileSet
}

// Test says whether it is a file of tests.
func (f File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// At is the place of a node, for messages.
func (f File) At(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.Path, f.set.Position(n.Pos()).Line)
}

// LinesOf is how many lines a node has.
func (f File) LinesOf(n ast.Node) int {
	return f.set.Position(n.End()).Line - f.set.Position(n.Pos()).Line + 1
}

// Imports says whether the file imports a package.
func (f File) Imports(path string) bool {
	for _, i := range f.File.Imports {
		if i.Path.Value == `"`+path+`"` {
			return true
		}
	}
	return false
}

// Files parses every Go file below root, whatever system it is for.
func Files(root string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "bin"):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		f, err := parse(root, path)
		files = append(files, f)
		return err
	})
	return files, err
}

func parse(root, path string) (File, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, path, source, parser.ParseComments)
	if err != nil {
		return File{}, err
	}
	below, err := filepath.Rel(root, path)
	return File{Path: below, Lines: bytes.Count(source, []byte("\n")), File: parsed, set: set}, err
}
