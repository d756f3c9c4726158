package audit

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// faulty is a file on disk whose operations fail on demand.
type faulty struct {
	*os.File
	faults *faults
}

// faults says what fails. room is how many bytes can still be written when full is set.
type faults struct {
	full, noSync, noTruncate, noOpen, noRead bool
	room                                     int
}

func (f faulty) WriteAt(p []byte, off int64) (int, error) {
	if f.faults.full {
		n, err := f.File.WriteAt(p[:min(len(p), f.faults.room)], off)
		return n, errors.Join(err, syscall.ENOSPC)
	}
	return f.File.WriteAt(p, off)
}

func (f faulty) ReadAt(p []byte, off int64) (int, error) {
	if f.faults.noRead {
		return 0, syscall.EIO
	}
	return f.File.ReadAt(p, off)
}

func (f faulty) Sync() error {
	if f.faults.noSync {
		return syscall.EIO
	}
	return f.File.Sync()
}

func (f faulty) Truncate(n int64) error {
	if f.faults.noTruncate {
		return syscall.EIO
	}
	return f.File.Truncate(n)
}

// openFaulty opens a log in dir on a file that fails as fs says.
func openFaulty(dir string, fs *faults) (*Log, error) {
	return Open(dir, Options{open: func(path string) (file, error) {
		if fs.noOpen {
			return nil, syscall.EMFILE
		}
		f, err := openFile(path)
		if err != nil {
			return nil, err
		}
		return faulty{f.(*os.File), fs}, nil
	}})
}

func TestAFailedRowLeavesNothingAndTheNextOneIsWrittenWhenTheFaultIsGone(t *testing.T) {
	for name, fault := range map[string]faults{
		"the disk is full":                          {full: true},
		"the disk takes half a row":                 {full: true, room: 40},
		"the disk takes a row and is then full":     {full: true, room: MaxLine},
		"syncing fails":                             {noSync: true},
		"the row cannot be cut off":                 {full: true, room: 40, noTruncate: true},
		"a written row cannot be synced or cut off": {noSync: true, noTruncate: true},
		"the file cannot be opened again":           {full: true, room: 10, noOpen: true},
		"everything fails":                          {full: true, room: 7, noSync: true, noTruncate: true, noOpen: true, noRead: true},
	} {
		t.Run(name, func(t *testing.T) { checkFault(t, fault) })
	}
}

func checkFault(t *testing.T, fault faults) {
	dir, fs := t.TempDir(), new(faults)
	l, err := openFaulty(dir, fs)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	add(t, l, Row{Event: AgentStart}, Row{Event: CardIn})
	*fs = fault
	for range 3 {
		_, err := l.Append(t.Context(), Row{Event: UnlockGranted})
		var w *WriteError
		if !errors.As(err, &w) || !errors.Is(l.Err(), err) {
			t.Fatalf("err = %v, Err() = %v", err, l.Err())
		}
	}
	*fs = faults{}
	add(t, l, Row{Event: CardOut})
	if l.Err() != nil {
		t.Errorf("Err() = %v after a row was written", l.Err())
	}
	all := verified(t, dir)
	if len(all) != 3 || all[2].Event != CardOut {
		t.Errorf("rows: %+v", all)
	}
}

func TestAFullDiskLeavesTheFileWholeForReaders(t *testing.T) {
	dir, fs := t.TempDir(), new(faults)
	l, err := openFaulty(dir, fs)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	add(t, l, Row{Event: AgentStart})
	*fs = faults{full: true, room: 30}
	if _, err := l.Append(t.Context(), Row{Event: CardIn}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("err = %v", err)
	}
	if all := verified(t, dir); len(all) != 1 {
		t.Errorf("rows: %+v", all)
	}
}

func TestARepairIsToldEvenWhenTheDiskIsFullMeanwhile(t *testing.T) {
	dir, fs := t.TempDir(), new(faults)
	l, err := openFaulty(dir, fs)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	add(t, l, Row{Event: AgentStart}, Row{Event: CardIn})
	if err := os.Truncate(l.Path(), 0); err != nil {
		t.Fatal(err)
	}
	*fs = faults{full: true, room: 30}
	if _, err := l.Append(t.Context(), Row{Event: CardOut}); err == nil {
		t.Fatal("a full disk took a row")
	}
	*fs = faults{}
	add(t, l, Row{Event: CardOut})
	all := verified(t, dir)
	if len(all) != 2 || all[0].Reason != "changed from outside after row 2" || all[1].Event != CardOut {
		t.Errorf("rows: %+v", all)
	}
}

func TestATornLogThatCannotBeRepairedIsNotOpenedAndStaysTorn(t *testing.T) {
	lines := sample(t)
	torn := append(lines[0:1:1], []byte("half a line"))
	for name, fault := range map[string]faults{
		"full": {full: true, room: 5}, "no sync": {noSync: true}, "no read": {noRead: true}, "no truncate": {noTruncate: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := stored(t, append(torn[0], torn[1]...))
			if _, err := openFaulty(dir, &fault); err == nil {
				t.Fatal("opened")
			}
			add(t, open(t, dir), Row{Event: AgentStart})
			if all := verified(t, dir); all[1].Event != AgentRecovered && all[2].Event != AgentRecovered {
				t.Errorf("rows: %+v", all)
			}
			if kept, err := filepath.Glob(filepath.Join(dir, "audit.torn-*")); err != nil || len(kept) == 0 {
				t.Errorf("kept %v, %v", kept, err)
			}
		})
	}
}
