package caller

import (
	"bytes"
	"slices"
	"strconv"
)

// localTypes are the file systems that programs are installed on and that live in the kernel alone.
func localTypes() []string {
	return []string{"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "squashfs", "erofs", "overlay", "tmpfs"}
}

// isLocalMount finds a mount in /proc/self/mountinfo (proc(5)): number, parent, device, root, mount point, options,
// optional fields, "-", type, source and more options. What a user has mounted, by fuse or from an image, is nosuid.
func isLocalMount(info []byte, mount uint64) bool {
	number := []byte(strconv.FormatUint(mount, 10))
	for line := range bytes.Lines(info) {
		fields := bytes.Fields(line)
		if len(fields) < 7 || !bytes.Equal(fields[0], number) {
			continue
		}
		dash := slices.IndexFunc(fields[6:], func(f []byte) bool { return string(f) == "-" })
		if dash < 0 || len(fields) <= 6+dash+1 {
			return false
		}
		options := bytes.Split(fields[5], []byte(","))
		nosuid := slices.ContainsFunc(options, func(o []byte) bool { return string(o) == "nosuid" })
		return !nosuid && slices.Contains(localTypes(), string(fields[6+dash+1]))
	}
	return false
}
