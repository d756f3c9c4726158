package caller

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/broker/system"
)

// hanging is a file system of a program (fuse(4)) with one file in it, which stops to answer when it is told to.
type hanging struct {
	device int
	valid  uint64 // seconds that the kernel may rely on what it was told
	file   []byte
	still  atomic.Bool
}

// The kernel's words (include/uapi/linux/fuse.h).
type (
	fuseIn struct {
		Len, Opcode  uint32
		Unique, Node uint64
		_            [4]uint32
	}
	fuseOut struct {
		Len    uint32
		Error  int32
		Unique uint64
	}
	fuseAttr struct {
		Ino, Size, Blocks, Atime, Mtime, Ctime uint64
		Nsec                                   [3]uint32
		Mode, Nlink, UID, GID                  uint32
		_                                      [3]uint32
	}
	fuseEntry struct {
		Node, Generation, EntryValid, AttrValid uint64
		_                                       [2]uint32
		Attr                                    fuseAttr
	}
	fuseAttrOut struct {
		Valid uint64
		_     [2]uint32
		Attr  fuseAttr
	}
	fuseInit struct {
		Major, Minor, Readahead, Flags uint32
		Background, Congestion         uint16
		MaxWrite, Granularity          uint32
		_                              [9]uint32
	}
)

const (
	fuseLookup, fuseForget, fuseGetattr, fuseOpen, fuseRead, fuseInitialise = 1, 2, 3, 14, 15, 26
	fuseRoot, fuseFile                                                      = 1, 2
)

// hang mounts one, serves it, and stops to answer at the first byte of its input. At the end of its input it is gone.
func hang(folder, program string, valid uint64) error {
	text, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd)
	if err := unix.Mount("hanging", folder, "fuse.hanging", 0, options); err != nil {
		return err
	}
	h := &hanging{device: fd, valid: valid, file: text}
	go h.serve()
	fmt.Println("here")
	if n, _ := os.Stdin.Read(make([]byte, 1)); n > 0 {
		h.still.Store(true)
		fmt.Println("still")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	force := unix.Unmount(folder, unix.MNT_FORCE) // whatever waits for an answer gets none
	return errors.Join(force, unix.Unmount(folder, unix.MNT_DETACH))
}

// mounted is a process that serves a file system.
type mounted struct {
	program
	said *bufio.Reader
}

// mountHanging mounts a file system at a folder. It is a process of its own: who serves a program and starts it waits for
// itself.
func mountHanging(t *testing.T, folder, file string, valid uint64) mounted {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	m := mounted{said: bufio.NewReader(out)}
	m.program = startCmd(t, 0, cmd, "CALLER_MANNER=hang", fmt.Sprintf("CALLER_MOUNT=%s %s %d", folder, file, valid))
	m.hear(t, "here\n")
	return m
}

func (m mounted) hear(t *testing.T, want string) {
	t.Helper()
	if said, err := m.said.ReadString('\n'); err != nil || said != want {
		t.Fatalf("%q, %v", said, err)
	}
}

// serve answers the kernel.
func (h *hanging) serve() {
	buffer := make([]byte, 1<<20)
	for {
		n, err := unix.Read(h.device, buffer)
		if err == syscall.EINTR || err == syscall.ENOENT {
			continue
		}
		var in fuseIn
		if err != nil || binary.Read(bytes.NewReader(buffer[:n]), binary.LittleEndian, &in) != nil {
			return // it is not mounted any more
		}
		if h.still.Load() {
			continue
		}
		if in.Opcode != fuseForget {
			h.reply(in, h.answer(in, buffer[40:n]))
		}
	}
}

// answer is what the file system says; nil is that it does not know the question.
func (h *hanging) answer(in fuseIn, body []byte) any {
	switch in.Opcode {
	case fuseInitialise:
		return fuseInit{Major: 7, Minor: 31, MaxWrite: 4096}
	case fuseLookup:
		return fuseEntry{Node: fuseFile, EntryValid: h.valid, AttrValid: h.valid, Attr: h.attr(fuseFile)}
	case fuseGetattr:
		return fuseAttrOut{Valid: h.valid, Attr: h.attr(in.Node)}
	case fuseOpen:
		return [16]byte{}
	case fuseRead:
		size := uint64(len(h.file))
		from := min(binary.LittleEndian.Uint64(body[8:]), size)
		return h.file[from:min(from+uint64(binary.LittleEndian.Uint32(body[16:])), size)]
	}
	return nil
}

func (h *hanging) attr(node uint64) fuseAttr {
	if node == fuseRoot {
		return fuseAttr{Ino: node, Mode: unix.S_IFDIR | 0o755, Nlink: 2}
	}
	return fuseAttr{Ino: node, Size: uint64(len(h.file)), Mode: unix.S_IFREG | 0o755, Nlink: 1}
}

func (h *hanging) reply(in fuseIn, answer any) {
	var body, out bytes.Buffer
	failed := -int32(unix.ENOSYS)
	if answer != nil {
		failed = 0
		_ = binary.Write(&body, binary.LittleEndian, answer)
	}
	_ = binary.Write(&out, binary.LittleEndian, fuseOut{Len: uint32(16 + body.Len()), Error: failed, Unique: in.Unique})
	_, _ = unix.Write(h.device, append(out.Bytes(), body.Bytes()...))
}

// TestAFileSystemThatHangsHangsNobodyElse has one of a user's in which everything claims to be root's.
func TestAFileSystemThatHangsHangsNobodyElse(t *testing.T) {
	t.Parallel()
	for _, valid := range []uint64{0, 3600} {
		t.Run(fmt.Sprintf("the kernel relies on it for %d s", valid), func(t *testing.T) {
			t.Parallel()
			d, folder, program := openDoor(t), common(t), self(t)
			h := mountHanging(t, folder, program, valid)
			path := filepath.Join(folder, "cat")
			p := behaving(t, who, path, "plain", d)
			t.Cleanup(h.end) // before the program's end is awaited, which may hang by it too
			conn := d.next(t)
			if _, err := h.in.Write([]byte{1}); err != nil {
				t.Fatal(err)
			}
			h.hear(t, "still\n")
			b := New(t.Context(), &sessions{})
			for range 20 {
				begun := time.Now()
				c, err := b.Who(t.Context(), conn)
				if err != nil || c.PID != p.pid() || c.Digest != "" || c.Package != "" {
					t.Fatalf("%+v, %v, after %v", c, err, time.Since(begun))
				}
				if known := c.Tier == system.T1 && c.Exe == path; known != (valid > 0) {
					t.Errorf("%+v", c)
				}
			}
		})
	}
}
