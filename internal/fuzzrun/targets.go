package main

import (
	"cmp"
	"go/ast"
	"path/filepath"
	"slices"
	"strings"

	"siths-agent/internal/house"
)

// target is one fuzz target.
type target struct{ pkg, name string }

// find lists every fuzz target below root, in order.
func find(root string) ([]target, error) {
	files, err := house.Files(root)
	if err != nil {
		return nil, err
	}
	var all []target
	for _, f := range files {
		if !f.Test() {
			continue
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") {
				all = append(all, target{filepath.ToSlash(filepath.Dir(f.Path)), fn.Name.Name})
			}
		}
	}
	slices.SortFunc(all, func(a, b target) int { return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name)) })
	return all, nil
}
