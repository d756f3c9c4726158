package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"siths-agent/internal/directorylab"
	"siths-agent/internal/testpki"
)

// The names that everything in the lab is known by. All of them are the address 127.0.0.1.
const (
	Realm   = "LAB.TEST"     // of the MIT KDC
	KDCHost = "kdc.lab.test" // whose certificate names it
	App     = "app.lab.test" // the web servers
	ADRealm = directorylab.SambaRealm
	ADHost  = directorylab.SambaHost // the domain controller
)

// Indicator is what the MIT KDC writes into tickets that were got with a card (RFC 8129), for services to ask for.
const Indicator = "siths-loa3"

// Part is one of the stand-ins.
type Part string

// The parts.
const (
	KDC    Part = "kdc"    // MIT Kerberos with PKINIT
	Web    Part = "web"    // Apache that wants a client certificate, with TLS resumption as Debian sets it up, keep-alive and tickets
	Strict Part = "strict" // the same without resumption and keep-alive: each page is a handshake
	SPNEGO Part = "spnego" // Apache that wants a Kerberos ticket; brings KDC along
	AD     Part = "ad"     // Samba's domain controller of Active Directory, its KDC with PKINIT
	SSH    Part = "ssh"    // OpenSSH's server

	Nginx   Part = "nginx"   // nginx that wants a client certificate, as Debian sets it up
	HAProxy Part = "haproxy" // HAProxy that wants one, as Debian sets it up
)

// Parts returns all of them.
func Parts() []Part { return []Part{KDC, Web, Strict, Nginx, HAProxy, SPNEGO, AD, SSH} }

// Options say what to start and where.
type Options struct {
	// Dir is where all files of the lab go. It is made if it is not there, and everybody must be able to walk into it.
	Dir string
	// PKI is whose cards the stand-ins accept.
	PKI *testpki.PKI
	// Parts are what is started.
	Parts []Part
	// Settings are files, in the servers' own words, of what Strict, Nginx and HAProxy are told about sessions and
	// connections in place of what they are usually.
	Settings map[Part]string
	// People are the accounts that the KDCs know; nil means anna and bob. Their cards have UPN(name) as their UPN.
	People []string
	// Ports are where the parts listen; nil means free ones.
	Ports map[Part]int
	// Enter are the words that a command line begins with in order to run in another world, as stack.Lab.Enter tells;
	// the names of the lab are written to that world's hosts file. Empty means here, where nothing is touched.
	Enter []string
}

// UPN is what a card says of a person whom both KDCs know by that name.
func UPN(name string) string { return name + "@" + Realm }

// Card is the card of one of the lab's people, for testpki.PKI.IssueCard.
func Card(name, hsaID string) testpki.Person {
	return testpki.Person{GivenName: name, HSAID: hsaID, UPN: UPN(name)}
}

// Lab is what runs. Its methods may be called from several goroutines.
type Lab struct {
	Dir   string
	Ports map[Part]int

	ctx   context.Context
	opts  Options
	mu    sync.Mutex
	procs map[Part]*process
}

// Start starts the parts and returns when each of them serves. All of it ends with ctx or Close.
func Start(ctx context.Context, o Options) (*Lab, error) {
	l, err := layOut(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("laying out the business systems: %w", err)
	}
	for _, part := range Parts() {
		if !l.has(part) {
			continue
		}
		if err := l.bringUp(part); err != nil {
			l.Close()
			return nil, fmt.Errorf("bringing up %s: %w", part, err)
		}
	}
	return l, nil
}

// layOut writes what the parts share.
func layOut(ctx context.Context, o Options) (*Lab, error) {
	if o.People == nil {
		o.People = []string{"anna", "bob"}
	}
	if slices.Contains(o.Parts, SPNEGO) {
		o.Parts = append(slices.Clip(o.Parts), KDC)
	}
	ports, err := choosePorts(o.Ports)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	l := &Lab{Dir: dir, Ports: ports, ctx: ctx, opts: o, procs: map[Part]*process{}}
	return l, errors.Join(os.MkdirAll(dir, 0o755), l.writeTrust(), l.writeConf("krb5.conf"), l.nameHosts())
}

func (l *Lab) has(part Part) bool { return slices.Contains(l.opts.Parts, part) }

// bringUp lays one part's files out and starts it.
func (l *Lab) bringUp(part Part) error {
	lay := map[Part]func() error{KDC: l.layKDC, Web: l.layWeb, Strict: l.layWeb, SPNEGO: l.laySPNEGO, AD: l.layAD, SSH: l.laySSH,
		Nginx: l.layNginx, HAProxy: l.layHAProxy}[part]
	if err := lay(); err != nil {
		return err
	}
	return l.Resume(part)
}

// Resume starts a part again after Halt, with what is revoked by then.
func (l *Lab) Resume(part Part) error {
	if err := l.writeRevoked(); err != nil {
		return err
	}
	p, err := l.run(part)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.procs[part] = p
	return nil
}

// Halt ends a part, as a server that is down.
func (l *Lab) Halt(part Part) {
	l.mu.Lock()
	p := l.procs[part]
	delete(l.procs, part)
	l.mu.Unlock()
	if p != nil {
		p.end()
	}
}

// Freeze stops a part where it stands, so that its clients wait; Thaw lets it go on.
func (l *Lab) Freeze(part Part) error { return l.signal(part, syscall.SIGSTOP) }

// Thaw ends Freeze.
func (l *Lab) Thaw(part Part) error { return l.signal(part, syscall.SIGCONT) }

func (l *Lab) signal(part Part, s syscall.Signal) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.procs[part] == nil {
		return fmt.Errorf("%s does not run", part)
	}
	return l.procs[part].signal(s)
}

// Close ends all parts. The files stay.
func (l *Lab) Close() {
	for _, part := range Parts() {
		l.Halt(part)
	}
}

// Path joins names to the lab's folder.
func (l *Lab) Path(names ...string) string {
	return filepath.Join(append([]string{l.Dir}, names...)...)
}

// RootFile is the root certificate, PEM, that browsers and ssh's users have to trust for the web servers.
func (l *Lab) RootFile() string { return l.Path("pki", "root.pem") }

// Krb5Conf is what clients of the KDCs have in KRB5_CONFIG. Realm is the default one.
func (l *Lab) Krb5Conf() string { return l.Path("krb5.conf") }

// URL is where a web server is. "/" says who is there and how, "/many.shtml" has twelve pictures.
func (l *Lab) URL(part Part) string {
	scheme := "https"
	if part == SPNEGO {
		scheme = "http"
	}
	return fmt.Sprintf("%s://%s:%d/", scheme, App, l.Ports[part])
}

// Log is what a part has written so far. The line of a web server's access log for each answer is
//
//	<milliseconds since 1970> <status> <path> <protocol> <Initial or Resumed> <subject of the client's certificate or user>
func (l *Lab) Log(part Part) string {
	text, _ := os.ReadFile(l.Path(string(part), "access.log")) // one that was never asked has none
	return string(text)
}

// Errors is what a part complains about, for the report of a failure.
func (l *Lab) Errors(part Part) string {
	text, _ := os.ReadFile(l.Path(string(part), "error.log")) // one that does not complain has none
	return string(text)
}
