package caller

import (
	"bytes"
	"os"
	"testing"
)

// FuzzStat feeds the line that proc(5) has for a process, in which the process has chosen its name.
func FuzzStat(f *testing.F) {
	own, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("cat"), own)
	f.Add([]byte(") R 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 4711"), []byte("1 (x) S"))
	f.Add([]byte("a\nb) ("), []byte(""))
	f.Fuzz(func(t *testing.T, name, line []byte) {
		_, _ = parseStart(line)
		_, rest, _ := bytes.Cut(own, []byte(") "))
		honest, err := parseStart(own)
		if err != nil {
			t.Fatal(err)
		}
		named := bytes.Join([][]byte{[]byte("1 ("), name, []byte(") "), rest}, nil)
		if start, err := parseStart(named); err != nil || start != honest {
			t.Errorf("a process that is called %q has started at %d, %v", name, start, err)
		}
	})
}

// FuzzMounts feeds the kernel's table of mounts, in which users have chosen names.
func FuzzMounts(f *testing.F) {
	own, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(own, uint64(1))
	f.Add([]byte("36 35 98:0 / /mnt rw - fuse.x ext4 rw\n"), uint64(36))
	f.Fuzz(func(t *testing.T, info []byte, mount uint64) {
		if isLocalMount(info, mount) && !bytes.Contains(info, []byte(" - ")) && len(bytes.Fields(info)) < 8 {
			t.Errorf("mount %d in %q", mount, info)
		}
	})
}

// FuzzLabel feeds labels of the kernel's security modules, in which administrators have chosen names.
func FuzzLabel(f *testing.F) {
	for _, raw := range []string{"", "unconfined", "firefox (enforce)", "a (complain) (enforce)", "system_u:system_r:init_t:s0"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if label := enforced(raw); label != "" && raw != label+" (enforce)" && raw != label+" (kill)" {
			t.Errorf("%q is the label %q", raw, label)
		}
	})
}
