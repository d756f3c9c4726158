package setup

import (
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// sqliteMagic is how every SQLite database begins (SQLite's file format, 1.3.1).
const sqliteMagic = "SQLite format 3\x00"

// The bytes of a SQLite database that its users lock (sqlite3's os.h, PENDING_BYTE): what they hold is of no importance.
const (
	sqliteLockStart = 0x40000000
	sqliteLockBytes = 512
)

// why says what is the matter with a database that modutil could not change. Its own words are the same for everything.
func why(database string) (NSSFault, int) {
	for _, name := range []string{"cert9.db", "key4.db"} {
		if fault, pid := whyFile(filepath.Join(database, name)); fault != "" {
			return fault, pid
		}
	}
	return NSSOther, 0
}

func whyFile(path string) (NSSFault, int) {
	file, err := os.Open(path)
	if err != nil {
		return NSSUnreadable, 0
	}
	defer file.Close()
	head := make([]byte, len(sqliteMagic))
	if _, err := io.ReadFull(file, head); err != nil || string(head) != sqliteMagic {
		return NSSDamaged, 0
	}
	lock := unix.Flock_t{Type: unix.F_RDLCK, Whence: io.SeekStart, Start: sqliteLockStart, Len: sqliteLockBytes}
	if err := unix.FcntlFlock(file.Fd(), unix.F_GETLK, &lock); err == nil && lock.Type == unix.F_WRLCK {
		return NSSLocked, int(lock.Pid)
	}
	return "", 0
}
