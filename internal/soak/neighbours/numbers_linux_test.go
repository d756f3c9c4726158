package neighbours

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"siths-agent/agent/localapi"
	"siths-agent/agent/safesocket"
)

// annasUID is the user whose account is asked for.
const annasUID = 61001

// numbersTime bounds how long the rounds may take.
const numbersTime = 150 * time.Second

// The sessions of the process that connects, and of the one that gets its number.
const (
	mine     = "mine"
	anothers = "anothers"
)

// numbers is the first process of a world of its own. It serves the API there and asks for unlocks on connections
// whose makers have ended, or have become another program.
func numbers(socket string, args []string) error {
	rounds, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	if err := errors.Join(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("proc", "/proc", "proc", 0, "")); err != nil {
		return err
	}
	w := &witness{registry: &registry{}, socket: socket, root: filepath.Join(filepath.Dir(socket), "cat")}
	if err := setuidCat(w.root); err != nil {
		return err
	}
	l, err := safesocket.Listen(socket)
	if err != nil {
		return err
	}
	server := &localapi.Server{Agent: w, Sessions: w.registry, UIDOf: uidOfAnna, Helpdesk: func(uint32) bool { return false },
		Log: slog.New(slog.DiscardHandler)}
	go func() { _ = server.Serve(context.Background(), l) }()
	var r reuse
	for begun := time.Now(); r.Rounds < rounds && time.Since(begun) < numbersTime; {
		if err := w.round(&r); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func uidOfAnna(account string) (uint32, error) {
	if account != "anna" {
		return 0, errors.New("nobody")
	}
	return annasUID, nil
}

// setuidCat is a program that makes whoever runs it root.
func setuidCat(path string) error {
	content, err := os.ReadFile("/bin/cat")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, content, 0o755); err != nil {
		return err
	}
	return os.Chmod(path, 0o755|os.ModeSetuid)
}

// round lets somebody connect, has the number of that process used again, and asks on the connection.
func (w *witness) round(r *reuse) error {
	way := r.Rounds % 4
	uid, becomes := uint32(annasUID), ""
	if r.Rounds/4%2 == 1 {
		uid = bobsUID
	}
	if way == 2 {
		becomes = w.root
	}
	p, err := w.connect(uid, becomes)
	if err != nil {
		return err
	}
	defer p.end()
	switch way {
	case 0:
		err = p.replace()
	case 1:
		w.registry.meanwhile(p.replace)
	case 2: // it has become another program by now
	case 3:
		err = p.leave()
	}
	if err != nil {
		return p.begunAnew(err, r)
	}
	status, err := p.ask()
	if err = errors.Join(err, w.registry.failed()); err != nil {
		return p.begunAnew(err, r)
	}
	r.Rounds++
	r.judge(way, uid, status, w.last())
	return nil
}

// judge looks at what one round came to.
func (r *reuse) judge(way int, uid uint32, status int, c told) {
	wrong := func(n *int) {
		*n++
		if len(r.First) < 3 {
			r.First = append(r.First, fmt.Sprintf("way %d as %d: %d %+v", way, uid, status, c))
		}
	}
	switch own := uid == annasUID; {
	case c.UID != uid || c.Admin || c.granted != own:
		wrong(&r.Granted)
	case own && status != http.StatusOK || !own && status != http.StatusForbidden:
		wrong(&r.Refused)
	case c.Session.ID == mine && way == 2:
		r.Known++
	case c.Session.ID != "":
		wrong(&r.Named)
	}
}

// peer is a process that has connected.
type peer struct {
	conn  net.Conn
	cmd   *exec.Cmd
	stdin io.Closer
	after *exec.Cmd // has its number now
}

// errNumber says that somebody else got the number.
var errNumber = errors.New("the number is taken")

func (p *peer) begunAnew(err error, r *reuse) error {
	if !errors.Is(err, errNumber) {
		return err
	}
	r.Missed++
	return nil
}

// connect has a process of a user's connect a socket that is ours too.
func (w *witness) connect(uid uint32, becomes string) (*peer, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "socket")
	defer func() { _ = file.Close() }()
	cmd := as(uid, "/proc/self/exe", becomes, mine)
	cmd.Env = []string{roleVar + "=maker", socketVar + "=" + w.socket, "GORACE=atexit_sleep_ms=0"}
	cmd.ExtraFiles = []*os.File{file}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p := &peer{cmd: cmd}
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := bufio.NewReader(out).ReadByte(); err != nil {
		return nil, fmt.Errorf("the peer: %w", err)
	}
	p.conn, err = net.FileConn(file)
	return p, err
}

// maker is the role of the one who connects. It stays until its input ends, as itself or as another program.
func maker(socket string, args []string) error {
	const given = 3 // the first of ExtraFiles (os/exec)
	if err := unix.Connect(given, &unix.SockaddrUnix{Name: socket}); err != nil {
		return err
	}
	fmt.Println("connected")
	if args[0] != "" {
		return unix.Exec(args[0], []string{"cat", "-", args[1]}, nil)
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func as(uid uint32, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}, Pdeathsig: unix.SIGKILL}
	return cmd
}

// leave ends the one who has connected.
func (p *peer) leave() error {
	_ = p.stdin.Close()
	return p.cmd.Wait()
}

// replace ends it, and gives its number to a process of anna's in a session of its own.
func (p *peer) replace() error {
	if err := p.leave(); err != nil {
		return err
	}
	number := p.cmd.Process.Pid
	// The next process gets the next number (proc_sys_kernel(5)).
	if err := os.WriteFile("/proc/sys/kernel/ns_last_pid", []byte(strconv.Itoa(number-1)), 0); err != nil {
		return err
	}
	p.after = as(annasUID, "/bin/cat", "-", anothers)
	if _, err := p.after.StdinPipe(); err != nil { // closed when it is waited for
		return err
	}
	if err := p.after.Start(); err != nil {
		return err
	}
	if p.after.Process.Pid != number {
		return errNumber
	}
	return nil
}

func (p *peer) ask() (status int, err error) {
	if _, err := io.WriteString(p.conn, request("POST", "/v1/unlock/begin", `{"account":"anna"}`)); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(p.conn), nil)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

func (p *peer) end() {
	_ = p.conn.Close()
	for _, c := range []*exec.Cmd{p.cmd, p.after} {
		if c != nil && c.ProcessState == nil && c.Process != nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}
}
