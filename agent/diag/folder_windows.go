package diag

import "golang.org/x/sys/windows"

// Folder is where a person finds what a program has saved: the folder for downloads. An error says that there is none.
func Folder() (string, error) { return windows.KnownFolderPath(windows.FOLDERID_Downloads, 0) }
