package policy

import (
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
