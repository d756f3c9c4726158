package memscan

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Hit is one place where a canary stands.
type Hit struct {
	Form    string
	Canary  string
	Address uint64
	Mapping string // what the kernel calls the place: a file, [heap], [stack], or nothing
}

// Report is what a scan of one process found.
type Report struct {
	PID     int
	Scanned int64 // bytes
	Hits    []Hit
}

// ErrGone says that the process has ended.
var ErrGone = errors.New("the process has ended")

// chunkLen is how much memory is read at a time.
const chunkLen = 1 << 20

// mapping is one line of /proc/PID/maps (proc_pid_maps(5)).
type mapping struct {
	from, to uint64
	perms    string // r, w, x, and p for private
	name     string
}

// Scan looks for the canaries in all memory of a process that can be read and that is there: pages that the process
// has never touched, and those of files that it has not written, are left out. The process is not stopped.
func Scan(pid int, n *Needles) (Report, error) {
	r := Report{PID: pid}
	maps, err := mappings(pid)
	if err != nil {
		return r, err
	}
	mem, err := openProc(pid, "mem")
	if err != nil {
		return r, err
	}
	defer func() { _ = mem.Close() }()
	pages, err := openProc(pid, "pagemap")
	if err != nil {
		return r, err
	}
	defer func() { _ = pages.Close() }()
	s := scan{mem: mem, pages: pages, needles: n, report: &r, chunk: make([]byte, chunkLen+n.longest)}
	for _, m := range maps {
		if err := s.mapping(m); err != nil {
			return r, fmt.Errorf("scanning %s of process %d: %w", m.name, pid, err)
		}
	}
	return r, nil
}

func openProc(pid int, name string) (*os.File, error) {
	f, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), name))
	return f, gone(err)
}

// gone tells a process that has ended from other errors.
func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) || errors.Is(err, io.EOF) {
		return ErrGone
	}
	return err
}

func mappings(pid int) ([]mapping, error) {
	f, err := openProc(pid, "maps")
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var all []mapping
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		m, err := parseMapping(lines.Text())
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if len(all) == 0 { // a process that is ending, or a zombie
		return nil, ErrGone
	}
	return all, gone(lines.Err())
}

func parseMapping(line string) (mapping, error) {
	fields := strings.Fields(line)
	if len(fields) < 5 || len(fields[1]) != 4 {
		return mapping{}, fmt.Errorf("not a mapping: %q", line)
	}
	from, to, _ := strings.Cut(fields[0], "-")
	m := mapping{perms: fields[1], name: strings.Join(fields[5:], " ")}
	var err1, err2 error
	m.from, err1 = strconv.ParseUint(from, 16, 64)
	m.to, err2 = strconv.ParseUint(to, 16, 64)
	return m, errors.Join(err1, err2)
}

// scan is one Scan under way.
type scan struct {
	mem, pages *os.File
	needles    *Needles
	report     *Report
	chunk      []byte
}

// kernelMade are mappings that the kernel fills in itself; some of them cannot be read from outside.
func kernelMade(name string) bool {
	return slices.Contains([]string{"[vvar]", "[vvar_vclock]", "[vsyscall]", "[vdso]"}, name)
}

func (s *scan) mapping(m mapping) error {
	if m.perms[0] != 'r' || kernelMade(m.name) {
		return nil
	}
	present, err := s.present(m)
	if err != nil {
		return err
	}
	for _, span := range present {
		if err := s.span(m, span[0], span[1]); err != nil {
			return err
		}
	}
	return nil
}

// Bits of an entry of /proc/PID/pagemap (kernel, Documentation/admin-guide/mm/pagemap.rst).
const (
	pagePresent = 1 << 63
	pageSwapped = 1 << 62
	pageOfFile  = 1 << 61 // or of shared memory; one that the process has written in a private mapping is neither
	entryLen    = 8
)

// ofFile says whether a mapping shows a file on disk and keeps to itself what is written to it.
func (m mapping) ofFile() bool {
	return m.perms[3] == 'p' && strings.HasPrefix(m.name, "/") && !strings.HasSuffix(m.name, " (deleted)")
}

// present lists the parts of a mapping that are in memory or in swap. Pages that are still as they are in their file are
// left out: programs have long numbers of their own, and eight digits of a canary may stand in one.
func (s *scan) present(m mapping) ([][2]uint64, error) {
	size := uint64(os.Getpagesize())
	entries := make([]byte, (m.to-m.from)/size*entryLen)
	if _, err := s.pages.ReadAt(entries, int64(m.from/size*entryLen)); err != nil {
		return nil, gone(err)
	}
	var spans [][2]uint64
	for i := 0; i < len(entries); i += entryLen {
		entry := binary.LittleEndian.Uint64(entries[i:])
		if entry&(pagePresent|pageSwapped) == 0 || entry&pageOfFile != 0 && m.ofFile() {
			continue
		}
		at := m.from + uint64(i/entryLen)*size
		if last := len(spans) - 1; last >= 0 && spans[last][1] == at {
			spans[last][1] += size
		} else {
			spans = append(spans, [2]uint64{at, at + size})
		}
	}
	return spans, nil
}

// span reads a part of memory chunk by chunk, each with the end of the one before.
func (s *scan) span(m mapping, from, to uint64) error {
	kept := 0
	for at := from; at < to; {
		want := min(uint64(chunkLen), to-at)
		got, err := s.mem.ReadAt(s.chunk[kept:kept+int(want)], int64(at))
		if got == 0 {
			return s.unreadable(err)
		}
		text := s.chunk[:kept+got]
		s.needles.find(text, func(i int, f form) {
			if i+len(f.bytes) <= kept { // found with the chunk before
				return
			}
			s.report.Hits = append(s.report.Hits, Hit{f.name, f.canary, at - uint64(kept) + uint64(i), m.name})
		})
		s.report.Scanned += int64(got)
		at += uint64(got)
		kept = min(max(s.needles.longest-1, 0), len(text)) // nothing, where nothing is looked for
		copy(s.chunk, text[len(text)-kept:])
	}
	return nil
}

// unreadable passes over memory that has been given back since it was listed.
func (s *scan) unreadable(err error) error {
	if errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EFAULT) {
		return nil
	}
	return gone(err)
}
