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

// The requests of the X protocol that are made here (X Window System Protocol, X11R7.7, appendix B), and atoms that every
// server has.
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

// query asks one server. Numbers go and come least significant byte first, as the greeting said.
type query struct{ conn io.ReadWriter }

// wishes reads what the server still has to say of itself, and asks for what the desktop has written down.
func wishes(conn io.ReadWriter) (Wishes, error) {
	var w Wishes
	root, err := readSetup(conn)
	if err != nil {
		return w, err
	}
	q := query{conn}
	if w.Resources, err = q.property(root, atomResourceManager); err != nil {
		return w, err
	}
	w.Settings, err = q.settings()
	return w, err
}

// settings are those of the XSETTINGS manager of the first screen: a property of the window that owns its selection.
func (q query) settings() ([]byte, error) {
	selection, err := q.atom("_XSETTINGS_S0")
	if err != nil || selection == 0 {
		return nil, err
	}
	name, err := q.atom("_XSETTINGS_SETTINGS")
	if err != nil || name == 0 {
		return nil, err
	}
	answer, err := q.ask(getSelectionOwner, 0, binary.LittleEndian.AppendUint32(nil, selection))
	if err != nil {
		return nil, err
	}
	owner := binary.LittleEndian.Uint32(answer[8:])
	if owner == 0 {
		return nil, nil
	}
	return q.property(owner, name)
}

// atom is the number of a name; 0: nobody has used it.
func (q query) atom(name string) (uint32, error) {
	const onlyIfExists = 1
	body := binary.LittleEndian.AppendUint16(nil, uint16(len(name)))
	answer, err := q.ask(internAtom, onlyIfExists, padded(append(append(body, 0, 0), name...)))
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(answer[8:]), nil
}

// property is the value of one, nothing when it is not there.
func (q query) property(window, name uint32) ([]byte, error) {
	var body []byte
	for _, n := range []uint32{window, name, anyType, 0, maxProperty / 4} {
		body = binary.LittleEndian.AppendUint32(body, n)
	}
	answer, err := q.ask(getProperty, 0, body)
	if err != nil {
		return nil, err
	}
	format, items := uint64(answer[1]), uint64(binary.LittleEndian.Uint32(answer[16:]))
	value := answer[32:]
	if size := items * format / 8; size < uint64(len(value)) {
		value = value[:size]
	}
	return value, nil
}

// ask makes a request and returns the reply, which has 32 bytes at least.
func (q query) ask(code, detail byte, body []byte) ([]byte, error) {
	request := binary.LittleEndian.AppendUint16([]byte{code, detail}, uint16(1+len(body)/4))
	if _, err := q.conn.Write(append(request, body...)); err != nil {
		return nil, err
	}
	for {
		answer := make([]byte, 32)
		if _, err := io.ReadFull(q.conn, answer); err != nil {
			return nil, err
		}
		switch answer[0] {
		case 0:
			return nil, fmt.Errorf("%w: error %d", errServer, answer[1])
		case 1:
			return q.rest(answer)
		} // everything else is an event, and is not waited for
	}
}

// rest reads what a reply has beyond its first 32 bytes.
func (q query) rest(answer []byte) ([]byte, error) {
	more := uint64(binary.LittleEndian.Uint32(answer[4:])) * 4
	if more > maxProperty {
		return nil, fmt.Errorf("%w: a reply of %d bytes", errServer, more)
	}
	answer = append(answer, make([]byte, more)...)
	_, err := io.ReadFull(q.conn, answer[32:])
	return answer, err
}

// readSetup reads what a server says of itself after it has let us in, and returns the root window of its first screen (X
// Window System Protocol, section 8).
func readSetup(r io.Reader) (root uint32, err error) {
	fixed := make([]byte, 32)
	if _, err := io.ReadFull(r, fixed); err != nil {
		return 0, err
	}
	vendor, screens, formats := int64(binary.LittleEndian.Uint16(fixed[16:])), int(fixed[20]), int64(fixed[21])
	if err := skip(r, (vendor+3)/4*4+8*formats); err != nil {
		return 0, err
	}
	for i := range screens {
		window, err := readScreen(r)
		if err != nil {
			return 0, err
		}
		if i == 0 {
			root = window
		}
	}
	return root, nil
}

// readScreen reads one SCREEN with its DEPTHs and VISUALTYPEs.
func readScreen(r io.Reader) (root uint32, err error) {
	screen, depth := make([]byte, 40), make([]byte, 8)
	if _, err := io.ReadFull(r, screen); err != nil {
		return 0, err
	}
	for range screen[39] {
		if _, err := io.ReadFull(r, depth); err != nil {
			return 0, err
		}
		if err := skip(r, 24*int64(binary.LittleEndian.Uint16(depth[2:]))); err != nil {
			return 0, err
		}
	}
	return binary.LittleEndian.Uint32(screen), nil
}

func skip(r io.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	return err
}
