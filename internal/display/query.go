package display

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Wishes is what a desktop has written down at its X server of how programs shall look.
type Wishes struct {
	Resources []byte // the root window's RESOURCE_MANAGER, lines as xrdb(1) takes them
	Settings  []byte // of the XSETTINGS manager (freedesktop.org, XSETTINGS), if there is one
}

// The requests for them (X Window System Protocol, X11R7.7, appendix B), and atoms that every server has (appendix A of
// its encoding).
const (
	internAtom        = 16
	getProperty       = 20
	getSelectionOwner = 23

	anyType             = 0
	atomResourceManager = 23
)

// maxProperty is the most that is read of one property, in bytes.
const maxProperty = 256 << 10

var errServer = errors.New("the display does not keep to the X protocol")

// wishes asks an X server that has let us in, and has said setup of itself, for what the desktop has written down.
func wishes(conn io.ReadWriter, setup []byte) (Wishes, error) {
	var w Wishes
	root, err := rootOf(setup)
	if err != nil {
		return w, err
	}
	if w.Resources, err = property(conn, root, atomResourceManager); err != nil {
		return w, err
	}
	w.Settings, err = settings(conn)
	return w, err
}

// settings are those of the XSETTINGS manager of the first screen: a property of the window that owns its selection.
func settings(conn io.ReadWriter) ([]byte, error) {
	selection, err := atom(conn, "_XSETTINGS_S0")
	if err != nil || selection == 0 {
		return nil, err
	}
	name, err := atom(conn, "_XSETTINGS_SETTINGS")
	if err != nil || name == 0 {
		return nil, err
	}
	reply, err := ask(conn, getSelectionOwner, 0, numbers(selection))
	owner := number(reply[8:])
	if err != nil || owner == 0 {
		return nil, err
	}
	return property(conn, owner, name)
}

// atom is the number of a name; 0: nobody has used it.
func atom(conn io.ReadWriter, name string) (uint32, error) {
	const onlyIfExists = 1
	body := append(numbers(uint32(len(name))), name...)
	reply, err := ask(conn, internAtom, onlyIfExists, padded(body))
	return number(reply[8:]), err
}

// property is the value of one, nothing when it is not there.
func property(conn io.ReadWriter, window, name uint32) ([]byte, error) {
	reply, err := ask(conn, getProperty, 0, numbers(window, name, anyType, 0, maxProperty/4))
	if err != nil {
		return nil, err
	}
	more := 4 * uint64(number(reply[4:]))
	if more > maxProperty {
		return nil, fmt.Errorf("%w: a reply of %d bytes", errServer, more)
	}
	value := make([]byte, more)
	if _, err := io.ReadFull(conn, value); err != nil {
		return nil, err
	}
	format, items := uint64(reply[1]), uint64(number(reply[16:]))
	return value[:min(more, items*format/8)], nil
}

// rootOf is the root window of the first screen that a server has told of.
func rootOf(setup []byte) (uint32, error) {
	at, err := screenOf(setup)
	if err != nil {
		return 0, err
	}
	return number(setup[at:]), nil
}

// screenOf is where a server tells of its first screen (X Window System Protocol, section 8).
func screenOf(setup []byte) (int, error) {
	const fixed = 32
	if len(setup) < fixed {
		return 0, fmt.Errorf("%w: it says little of itself", errServer)
	}
	vendor, screens, formats := int(binary.LittleEndian.Uint16(setup[16:])), setup[20], int(setup[21])
	at := fixed + (vendor+3)/4*4 + 8*formats
	if screens == 0 || len(setup) < at+4 {
		return 0, fmt.Errorf("%w: it has no screen", errServer)
	}
	return at, nil
}
