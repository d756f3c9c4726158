package fdstore

import (
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Manager hears what a service says (sd_notify(3)). As systemd does, it listens to the service's main process alone
// (NotifyAccess=main), keeps as many descriptors as the unit says, gives up those whose other end has gone, and gives what
// it keeps to the next process of the service, and keeps it on until it is told not to. Otherwise than systemd it looks for
// ends that have gone only when it is asked for what it keeps.
type Manager struct {
	path   string
	most   int
	socket *net.UnixConn
	words  chan string
	done   chan struct{}

	mu      sync.Mutex
	main    int
	refused int
	kept    []kept
}

// kept is a descriptor that is kept.
type kept struct {
	name string
	fd   int
}

// Listen begins to hear on a socket at path. most is FileDescriptorStoreMax= of the unit. What is said and is about no
// descriptor comes from Words, which somebody has to read.
func Listen(path string, most int) (*Manager, error) {
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	var failed error
	raw, err := socket.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) })
	}
	if err := errors.Join(err, failed); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	m := &Manager{path: path, most: most, socket: socket, words: make(chan string), done: make(chan struct{})}
	go m.hear()
	return m, nil
}

// Path is what NOTIFY_SOCKET is to be.
func (m *Manager) Path() string { return m.path }

// Words are what the service says beside that, such as READY=1, until Close.
func (m *Manager) Words() <-chan string { return m.words }

// Start has a process of the service started, which is the one that is listened to from its beginning on: start returns its
// number.
func (m *Manager) Start(start func() (pid int, err error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var err error
	m.main, err = start()
	return err
}

// Close ends the hearing, and what is kept.
func (m *Manager) Close() {
	_ = m.socket.Close() // which hear waits for
	close(m.done)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.kept {
		_ = unix.Close(k.fd)
	}
	m.kept = nil
}

// Kept are the descriptors for the next process of the service, each by its name. They are copies, and the caller's.
func (m *Manager) Kept() (files []*os.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = slices.DeleteFunc(m.kept, func(k kept) bool { return hasGone(k.fd) && unix.Close(k.fd) == nil })
	for _, k := range m.kept {
		if own, err := unix.FcntlInt(uintptr(k.fd), unix.F_DUPFD_CLOEXEC, 0); err == nil {
			files = append(files, os.NewFile(uintptr(own), k.name))
		}
	}
	return files
}

// Refused is how many descriptors there was no room for.
func (m *Manager) Refused() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused
}

// Names is what LISTEN_FDNAMES is to be for these files (sd_listen_fds(3)).
func Names(files []*os.File) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name()
	}
	return strings.Join(names, ":")
}

// hasGone looks for the end of a connection, as FDPOLL=1 has systemd do.
func hasGone(fd int) bool {
	look := []unix.PollFd{{Fd: int32(fd)}}
	n, err := unix.Poll(look, 0)
	return err == nil && n > 0 && look[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0
}

func (m *Manager) hear() {
	defer close(m.words)
	text, beside := make([]byte, 4096), make([]byte, unix.CmsgSpace(4*253)+unix.CmsgSpace(unix.SizeofUcred))
	for {
		n, o, _, _, err := m.socket.ReadMsgUnix(text, beside)
		if err != nil {
			return
		}
		sender, files := parse(beside[:o])
		lines := strings.Split(strings.TrimSpace(string(text[:n])), "\n")
		more := m.isMain(sender) && m.obey(lines, files)
		closeAll(files)
		if !more {
			continue
		}
		for _, line := range lines {
			select {
			case m.words <- line:
			case <-m.done:
				return
			}
		}
	}
}

func (m *Manager) isMain(sender int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sender == m.main
}

// obey does what is said of descriptors, and returns whether something else was said.
func (m *Manager) obey(lines []string, files []int) (more bool) {
	name := "stored"
	for _, line := range lines {
		if given, ok := strings.CutPrefix(line, "FDNAME="); ok {
			name = given
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case slices.Contains(lines, "FDSTORE=1"):
		m.keep(name, files)
	case slices.Contains(lines, "FDSTOREREMOVE=1"):
		m.kept = slices.DeleteFunc(m.kept, func(k kept) bool { return k.name == name && unix.Close(k.fd) == nil })
	case slices.Contains(lines, "BARRIER=1"): // its file is closed, as every message's are
	default:
		return true
	}
	return false
}

// keep keeps copies of files. It needs the lock.
func (m *Manager) keep(name string, files []int) {
	for _, fd := range files {
		if len(m.kept) >= m.most {
			m.refused++
			continue
		}
		own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err == nil {
			m.kept = append(m.kept, kept{name, own})
		}
	}
}

func closeAll(files []int) {
	for _, fd := range files {
		_ = unix.Close(fd)
	}
}

// parse takes apart what comes beside a message: who has sent it, and files.
func parse(beside []byte) (sender int, files []int) {
	messages, err := unix.ParseSocketControlMessage(beside)
	if err != nil {
		return 0, nil
	}
	for _, m := range messages {
		if cred, err := unix.ParseUnixCredentials(&m); err == nil {
			sender = int(cred.Pid)
		}
		if fds, err := unix.ParseUnixRights(&m); err == nil {
			files = append(files, fds...)
		}
	}
	return sender, files
}

// Env is the environment of a service's process that is given these files, but for LISTEN_PID: the number of that process,
// which only it can say.
func (m *Manager) Env(files []*os.File) []string {
	env := []string{"NOTIFY_SOCKET=" + m.path}
	if len(files) == 0 {
		return env
	}
	return append(env, "LISTEN_FDS="+strconv.Itoa(len(files)), "LISTEN_FDNAMES="+Names(files))
}
