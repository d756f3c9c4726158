package secret

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// lockedPage allocates one page outside the Go heap and locks it in the working set.
func lockedPage() ([]byte, error) {
	size := uintptr(os.Getpagesize())
	addr, err := windows.VirtualAlloc(0, size, windows.MEM_COMMIT|windows.MEM_RESERVE, windows.PAGE_READWRITE)
	if err != nil {
		return nil, err
	}
	if err := windows.VirtualLock(addr, size); err != nil {
		_ = windows.VirtualFree(addr, 0, windows.MEM_RELEASE)
		return nil, err
	}
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), size), nil
}

func unlockPage(page []byte) error {
	return windows.VirtualFree(uintptr(unsafe.Pointer(&page[0])), 0, windows.MEM_RELEASE)
}
