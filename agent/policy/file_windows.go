package policy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// DefaultFile is where the policy file of an installed service is. The folder is asked of Windows, not of the
// environment, which the caller of a program can set.
func DefaultFile() string {
	data, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		data = `C:\ProgramData`
	}
	return filepath.Join(data, "SITHS Agent", "agent.toml")
}

// openTrusted refuses every file that exists: who may write it is not yet checked on Windows, and a policy that
// anybody can write must not be obeyed.
func openTrusted(file string) (*os.File, error) {
	if _, err := os.Lstat(file); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("checking who may write the file: %w", errors.ErrUnsupported)
}
