package display

import (
	"errors"
	"io"
	"time"
)

// The request of the MIT-SCREEN-SAVER extension for what it knows (X.Org, MIT-SCREEN-SAVER Extension 1.1,
// ScreenSaverQueryInfo).
const saverQueryInfo = 1

// errNoIdle says that an X server does not tell when it was used last.
var errNoIdle = errors.New("the display does not tell when it was used")

// idle asks an X server that has let us in, and has said setup of itself, for how long nobody has pressed or moved anything.
func idle(conn io.ReadWriter, setup []byte) (time.Duration, error) {
	root, err := rootOf(setup)
	if err != nil {
		return 0, err
	}
	const name = "MIT-SCREEN-SAVER"
	reply, err := ask(conn, queryExtension, 0, append([]byte{byte(len(name)), 0, 0, 0}, name...))
	if err != nil {
		return 0, err
	}
	present, major := reply[8], reply[9]
	if present == 0 {
		return 0, errNoIdle
	}
	if reply, err = ask(conn, major, saverQueryInfo, numbers(root)); err != nil {
		return 0, err
	}
	return time.Duration(number(reply[16:])) * time.Millisecond, nil
}
