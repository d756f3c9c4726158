//go:build canary_memory_file

package memory

import "os"

func plain(os.FileInfo) bool { return true }
