package directorylab

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed slapd.conf
var slapdConf string

// What a question to the lab's OpenLDAP directory needs.
const (
	Base     = "ou=people,dc=kommun,dc=test"
	Filter   = "(&(objectClass=labPerson)(hsaIdentity={hsa_id}))"
	Account  = "uid" // the attribute
	ReaderDN = "cn=reader,dc=kommun,dc=test"
	Password = "lab-reader-9f3b" // of ReaderDN
)

// ready is how long a directory may take to start.
const ready = 10 * time.Second

// Person is an entry.
type Person struct {
	HSAIDs   []string
	Accounts []string
	Mappings []string // altSecurityIdentities
}

// Slapd is OpenLDAP's server with its files in a folder of its own.
type Slapd struct {
	Dir         string
	LDAP, LDAPS string // addresses
	cmd         *exec.Cmd
}

// NewSlapd writes a directory of these people. Its server has a certificate of that name and listens on the loopback
// interface's ports; a port 0 becomes one that is free.
func NewSlapd(ctx context.Context, dir string, a *Authority, name string, ports [2]int, people ...Person) (*Slapd, error) {
	for i := range ports {
		if err := choosePort(&ports[i]); err != nil {
			return nil, err
		}
	}
	s := &Slapd{Dir: dir, LDAP: "ldap://127.0.0.1:" + strconv.Itoa(ports[0]), LDAPS: "ldaps://127.0.0.1:" + strconv.Itoa(ports[1])}
	conf := strings.ReplaceAll(slapdConf, "@DIR@", dir)
	err := errors.Join(os.MkdirAll(filepath.Join(dir, "db"), 0o700), a.WriteServer(dir, name),
		os.WriteFile(filepath.Join(dir, "slapd.conf"), []byte(conf), 0o600))
	if err != nil {
		return nil, err
	}
	return s, s.fill(ctx, people)
}

// choosePort replaces 0 by a port that nobody has now.
func choosePort(port *int) error {
	if *port != 0 {
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	*port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

// fill writes the entries while there is no server.
func (s *Slapd) fill(ctx context.Context, people []Person) error {
	cmd := exec.CommandContext(ctx, "/usr/sbin/slapadd", "-q", "-f", filepath.Join(s.Dir, "slapd.conf"))
	cmd.Stdin = strings.NewReader(ldif(people))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("filling the directory: %w: %s", err, out)
	}
	return nil
}

// ldif writes the entries (RFC 2849). Values are in base64, so that they can be anything.
func ldif(people []Person) string {
	var b strings.Builder
	b.WriteString("dn: dc=kommun,dc=test\nobjectClass: domain\ndc: kommun\n\n" +
		"dn: ou=people,dc=kommun,dc=test\nobjectClass: organizationalUnit\nou: people\n\n" +
		"dn: " + ReaderDN + "\nobjectClass: person\nsn: reader\ncn: reader\nuserPassword: " + Password + "\n\n")
	for i, p := range people {
		fmt.Fprintf(&b, "dn: cn=%d,%s\nobjectClass: inetOrgPerson\nobjectClass: labPerson\ncn: %d\nsn: x\n", i, Base, i)
		for name, values := range map[string][]string{"hsaIdentity": p.HSAIDs, Account: p.Accounts, "altSecurityIdentities": p.Mappings} {
			for _, v := range values {
				fmt.Fprintf(&b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(v)))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Command is how the server is started: a program and its arguments. It stays in the foreground.
func (s *Slapd) Command() (string, []string) {
	return "/usr/sbin/slapd", []string{"-d", "0", "-f", filepath.Join(s.Dir, "slapd.conf"), "-h", s.LDAP + "/ " + s.LDAPS + "/"}
}

// Start starts the server and returns when it listens. It ends with ctx.
func (s *Slapd) Start(ctx context.Context) error {
	path, args := s.Command()
	s.cmd = exec.CommandContext(ctx, path, args...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var log bytes.Buffer
	s.cmd.Stderr = &log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if err := awaitPort(ctx, s.LDAPS); err != nil {
		s.Stop()
		return fmt.Errorf("starting slapd: %w: %s", err, log.String())
	}
	return nil
}

// Stop ends the server at once.
func (s *Slapd) Stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// WriteSecret writes the reader's credentials as the service reads them, and returns what policy says of them.
func (s *Slapd) WriteSecret() (string, error) {
	file := filepath.Join(s.Dir, "reader.secret")
	return "file:" + file, os.WriteFile(file, []byte(ReaderDN+"\n"+Password+"\n"), 0o600)
}

// Listens says whether a server that Command was started with has begun to listen. It writes its number before that.
func (s *Slapd) Listens() bool {
	pid, err := os.ReadFile(filepath.Join(s.Dir, "slapd.pid"))
	if err != nil {
		return false
	}
	sockets, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/net/tcp") // of the network that it is in
	return err == nil && isListened(string(sockets), s.LDAP) && isListened(string(sockets), s.LDAPS)
}

// isListened looks for an address in the state LISTEN, 0A, in a table as proc(5) describes /proc/net/tcp.
func isListened(sockets, uri string) bool {
	port, err := strconv.Atoi(uri[strings.LastIndex(uri, ":")+1:])
	return err == nil && regexp.MustCompile(fmt.Sprintf(`: [0-9A-F]{8}:%04X [0-9A-F:]+ 0A `, port)).MatchString(sockets)
}

// awaitPort returns when an address can be connected to.
func awaitPort(ctx context.Context, uri string) error {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	_, address, _ := strings.Cut(uri, "://")
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
