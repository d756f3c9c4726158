package main

import "os"

// openTTY opens the console of the process, which has one name for each direction.
func openTTY() (terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &tty{in: in, out: out}, nil
}
