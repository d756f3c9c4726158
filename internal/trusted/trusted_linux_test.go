package trusted

import (
	"errors"
	"io/fs"
	"testing"
)

// fakeDisk has the paths given; links are paths whose mode says so.
func fakeDisk(paths map[string]facts, links map[string]string) disk {
	return disk{
		uid: 1000,
		lstat: func(p string) (facts, error) {
			if f, ok := paths[p]; ok {
				return f, nil
			}
			return facts{}, fs.ErrNotExist
		},
		readlink: func(p string) (string, error) { return links[p], nil },
	}
}

func TestEveryStepOfThePathIsJudged(t *testing.T) {
	const dir, link = fs.ModeDir | 0o755, fs.ModeSymlink | 0o777
	base := map[string]facts{"/": {dir, 0}, "/etc": {dir, 0}, "/etc/a": {0o644, 0}}
	cases := []struct {
		name  string
		extra map[string]facts
		links map[string]string
		path  string
		end   string
		flaw  *Flaw
	}{
		{"root's file", nil, nil, "/etc/a", "/etc/a", nil},
		{"the running user's file", map[string]facts{"/etc/a": {0o600, 1000}}, nil, "/etc/a", "/etc/a", nil},
		{"a stranger's file", map[string]facts{"/etc/a": {0o600, 1001}}, nil, "/etc/a", "", &Flaw{"/etc/a", ForeignOwner}},
		{"a stranger's folder", map[string]facts{"/etc": {dir, 1001}}, nil, "/etc/a", "", &Flaw{"/etc", ForeignOwner}},
		{"a folder its group may write", map[string]facts{"/etc": {fs.ModeDir | 0o775, 0}}, nil, "/etc/a", "", &Flaw{"/etc", Writable}},
		{"a sticky folder", map[string]facts{"/etc": {fs.ModeDir | fs.ModeSticky | 0o777, 0}}, nil, "/etc/a", "/etc/a", nil},
		{"a link to another folder", map[string]facts{"/l": {link, 0}}, map[string]string{"/l": "etc"}, "/l/a", "/etc/a", nil},
		{"a stranger's link", map[string]facts{"/l": {link, 7}}, map[string]string{"/l": "/etc"}, "/l/a", "", &Flaw{"/l", ForeignOwner}},
		{"a link by way of a stranger's folder", map[string]facts{"/l": {link, 0}, "/home": {dir, 7}},
			map[string]string{"/l": "/home/../etc"}, "/l/a", "", &Flaw{"/home", ForeignOwner}},
		{"dots in a link", map[string]facts{"/etc/l": {link, 0}}, map[string]string{"/etc/l": "./../etc/a"}, "/etc/l", "/etc/a", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			paths := map[string]facts{}
			for _, m := range []map[string]facts{base, c.extra} {
				for p, f := range m {
					paths[p] = f
				}
			}
			end, err := fakeDisk(paths, c.links).resolve(c.path)
			var bad *Flaw
			if errors.As(err, &bad); end != c.end || (bad == nil) != (c.flaw == nil) || bad != nil && *bad != *c.flaw {
				t.Errorf("resolve = %q, %v", end, err)
			}
		})
	}
}

func TestAMissingStepIsToldAsMissing(t *testing.T) {
	_, err := fakeDisk(map[string]facts{"/": {fs.ModeDir | 0o755, 0}}, nil).resolve("/etc/a")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
}
