package display

import (
	"encoding/binary"
	"fmt"
)

// sizeOf is the width and height of the first screen that an X server has told of, in pixels (X Window System Protocol,
// section 8: width and height are the sixth field of SCREEN, after five of four bytes).
func sizeOf(setup []byte) (width, height int, err error) {
	at, err := screenOf(setup)
	if err != nil {
		return 0, 0, err
	}
	if len(setup) < at+24 {
		return 0, 0, fmt.Errorf("%w: its screen is cut off", errServer)
	}
	return int(binary.LittleEndian.Uint16(setup[at+20:])), int(binary.LittleEndian.Uint16(setup[at+22:])), nil
}
