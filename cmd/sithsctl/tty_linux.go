package main

import "os"

// openTTY opens the controlling terminal (POSIX.1-2017, XBD 10.1).
func openTTY() (terminal, error) {
	in, err := os.OpenFile("/dev/tty", os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &tty{in: in, out: out}, nil
}
