package diag

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"siths-agent/agent/apitype"

	"golang.org/x/sys/unix"
)

// moduleFolders are where distributions keep PKCS#11 modules, as the child that loads them looks.
func moduleFolders() []string {
	return []string{"/usr/lib/*-linux-gnu*", "/usr/lib/*-linux-gnu*/pkcs11", "/usr/lib64/pkcs11", "/usr/lib64", "/usr/lib/pkcs11", "/usr/lib"}
}

// looks are those of this system.
func (o Options) looks() []look {
	return []look{{Service, o.serviceFiles}, {CardService, o.cardService}, {Readers, o.usbReaders}, {Clock, clock}, {UnlockPath, o.unlockPath}, {Rivals, o.rivals}}
}

// maxFiles and maxFile bound what is read of one folder, in files and in bytes of each.
const (
	maxFiles = 4096
	maxFile  = 64 << 10
)

// serviceFiles says what of the service can be seen without asking it.
func (o Options) serviceFiles(context.Context) finding {
	_, err := os.Stat(filepath.Join(o.Root, o.Socket))
	runs := slices.ContainsFunc(o.read("/proc/[0-9]*/comm"), func(name []byte) bool { return strings.TrimSpace(string(name)) == "siths-agentd" })
	return green().with(yesNo(Process, runs), yesNo(Socket, err == nil))
}

// cardService says whether pcscd answers at its socket, or systemd in its place.
func (o Options) cardService(ctx context.Context) finding {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(o.Root, "/run/pcscd/pcscd.comm"))
	if err != nil {
		return red(apitype.ReaderServiceDown)
	}
	_ = conn.Close()
	return green()
}

// usbReaders counts interfaces of the class for smart card readers (USB CCID 1.1, 4.3: 0Bh), and says what devices they belong to.
func (o Options) usbReaders(context.Context) finding {
	f, n := green(), 0
	for _, file := range o.find("/sys/bus/usb/devices/*/bInterfaceClass") {
		if !strings.EqualFold(word(file), "0b") {
			continue
		}
		n++
		device, _, _ := strings.Cut(filepath.Dir(file), ":") // the kernel's name of an interface: DEVICE:CONFIGURATION.INTERFACE
		f = f.with(say(USBDevice, usbName(word(device+"/idVendor"), word(device+"/idProduct"), word(device+"/bcdDevice"))))
	}
	return f.with(count(ReaderCount, n))
}

// usbName is a device as lsusb(8) names it, with the version of its firmware where it tells one; empty when it tells nothing.
func usbName(vendor, product, version string) string {
	name := vendor + ":" + product
	switch {
	case name == ":":
		return ""
	case len(version) == 4:
		name += " " + version[:2] + "." + version[2:]
	}
	return name
}

// word is the one word in a file, empty when it cannot be read.
func word(name string) string {
	content, _ := readStart(name)
	return strings.TrimSpace(string(content))
}

// clock says whether the kernel has been told that somebody keeps its clock (adjtimex(2), STA_UNSYNC).
func clock(context.Context) finding {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err != nil || t.Status&unix.STA_UNSYNC != 0 {
		return yellow(ClockFree).with(yesNo(Kept, false))
	}
	return green().with(yesNo(Kept, true))
}

// unlockPath says whether our PAM module is installed, and in how many PAM services it stands.
func (o Options) unlockPath(context.Context) finding {
	const module = "pam_siths.so"
	there, asked := o.moduleFile("security/"+module) != "", 0
	for _, content := range o.read("/etc/pam.d/*") {
		for line := range bytes.Lines(content) {
			if line = bytes.TrimSpace(line); !bytes.HasPrefix(line, []byte("#")) && bytes.Contains(line, []byte(module)) {
				asked++
				break
			}
		}
	}
	f := green()
	if !there || asked == 0 {
		f = yellow(NoDoor)
	}
	return f.with(yesNo(Door, there), count(Ways, asked))
}

// rivals looks for known programs among those that run (proc(5), comm).
func (o Options) rivals(context.Context) finding {
	f := green()
	var seen []string
	for _, content := range o.read("/proc/[0-9]*/comm") {
		name := strings.TrimSpace(string(content))
		if slices.Contains(rivals(), name) && !slices.Contains(seen, name) {
			seen = append(seen, name)
			f = f.and(yellow(Competitor)).with(say(Rival, name))
		}
	}
	return f
}

// read returns the beginnings of the files that a pattern stands for, as far as they can be read.
func (o Options) read(pattern string) [][]byte {
	var all [][]byte
	for _, name := range o.find(pattern) {
		if content, err := readStart(name); err == nil {
			all = append(all, content)
		}
	}
	return all
}

// find returns the first files that a pattern stands for.
func (o Options) find(pattern string) []string {
	names, _ := filepath.Glob(filepath.Join(o.Root, pattern)) // the patterns are constant and well-formed
	return names[:min(len(names), maxFiles)]
}

func readStart(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe must not hold us
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	buf := make([]byte, maxFile)
	n, err := f.Read(buf)
	if n > 0 {
		err = nil
	}
	return buf[:n], err
}
