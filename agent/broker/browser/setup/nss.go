package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"siths-agent/internal/durable"
)

// modulesFile is NSS's list of modules, beside its databases.
const modulesFile = "pkcs11.txt"

// modutilTime is how long modutil may take: it waits for other programs that hold the database.
const modutilTime = 20 * time.Second

// NSSFault is what is the matter with a database.
type NSSFault string

// The faults.
const (
	NSSLocked     NSSFault = "locked"     // by another program
	NSSDamaged    NSSFault = "damaged"    // it is no database
	NSSUnreadable NSSFault = "unreadable" // or not there
	NSSOther      NSSFault = "other"
)

// NSSError says that a database could not be changed. It is as it was.
type NSSError struct {
	Database string
	Fault    NSSFault
	PID      int    // of the program that has locked it; 0: nobody knows
	Said     string // by modutil, one line
	Err      error
}

func (e *NSSError) Error() string {
	out := "changing " + e.Database + ": " + e.Err.Error()
	if e.Said != "" {
		out += ": " + e.Said
	}
	return out
}

func (e *NSSError) Unwrap() error { return e.Err }

// The ways in which modutil fails without saying so.
var (
	errNotListed  = errors.New("the module is not in the list afterwards")
	errStillThere = errors.New("the module is still in the list afterwards")
	errOthersLost = errors.New("another module was missing from the list afterwards")
)

func (u User) modutil(args ...string) []string {
	return append(append([]string{u.modutilPath()}, args...), "-dbdir", "sql:"+u.database(), "-force")
}

func (u User) modutilPath() string {
	if u.Modutil != "" {
		return u.Modutil
	}
	return "modutil"
}

func (u User) modules() ([]module, error) {
	data, err := os.ReadFile(filepath.Join(u.database(), modulesFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &NSSError{Database: u.database(), Fault: NSSUnreadable, Err: err}
	}
	return parseModules(data), nil
}

// register has modutil change the list of modules, looks whether it did, and puts the old list back when it did not.
func (p UserPlan) register(ctx context.Context) error {
	file := filepath.Join(p.Database, modulesFile)
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &NSSError{Database: p.Database, Fault: NSSUnreadable, Err: err}
	}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	said, err := run(ctx, p.Command)
	if err == nil {
		err = p.judge(before)
	}
	if err == nil {
		return nil
	}
	failed := p.failed(said, err)
	if after, readErr := os.ReadFile(file); len(before) > 0 && (readErr != nil || !bytes.Equal(before, after)) {
		failed.Err = errors.Join(err, durable.Replace(file, before))
	}
	return failed
}

// prepare makes the database when there is none. One without a password is what Chromium would make, too.
func (p UserPlan) prepare(ctx context.Context) error {
	if err := os.MkdirAll(p.Database, 0o700); err != nil {
		return &NSSError{Database: p.Database, Fault: NSSUnreadable, Err: err}
	}
	if !p.Fresh {
		return nil
	}
	if said, err := run(ctx, p.user.modutil("-create")); err != nil {
		return p.failed(said, err)
	}
	return nil
}

func (p UserPlan) failed(said string, err error) *NSSError {
	fault, pid := why(p.Database)
	return &NSSError{Database: p.Database, Fault: fault, PID: pid, Said: said, Err: err}
}

func (p UserPlan) judge(before []byte) error {
	listed, err := p.user.modules()
	switch {
	case err != nil:
		return err
	case p.present && !has(listed, p.want):
		return errNotListed
	case !p.present && has(listed, p.want):
		return errStillThere
	case len(lost(parseModules(before), listed)) > 0:
		return errOthersLost
	}
	return nil
}

// run runs a program that is to ask nobody anything, and returns what it said, in one line.
func run(ctx context.Context, command []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, modutilTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return "", &MissingError{File: command[0], Package: "libnss3-tools"}
	}
	if err != nil {
		err = fmt.Errorf("running %s: %w", filepath.Base(command[0]), err)
	}
	return strings.Join(strings.Fields(string(out)), " "), err
}
