//go:build !canary_policy_owner

package trusted

import "io/fs"

// judge looks at one file or folder. In a folder with the sticky bit others can add names, but not change those
// of root or of the running user (inode(7)). The mode of a link means nothing.
func (d disk) judge(path string, f facts) error {
	const writable = 0o022
	switch {
	case f.uid != 0 && f.uid != d.uid:
		return &Flaw{path, ForeignOwner}
	case f.mode&fs.ModeSymlink != 0, f.mode.IsDir() && f.mode&fs.ModeSticky != 0:
		return nil
	case f.mode.Perm()&writable != 0:
		return &Flaw{path, Writable}
	default:
		return nil
	}
}
