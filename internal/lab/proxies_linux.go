package lab

import (
	"errors"
	"os"

	"siths-agent/internal/testpki"
)

// What the proxies are told where nothing else is given. Tickets are off in HAProxy as Debian's package sets it up.
const (
	nginxDefaults   = "ssl_verify_client on;\n"
	haproxyDefaults = "global\n ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets\n"
)

func (l *Lab) layNginx() error {
	return errors.Join(l.writePages(), l.writeServer("nginx", testpki.Server{Names: []string{App}}), l.writeConf("nginx.conf"),
		l.writeSettings(Nginx, nginxDefaults))
}

// layHAProxy also writes certificate and key into one file, as HAProxy wants them.
func (l *Lab) layHAProxy() error {
	if err := l.writeServer("haproxy", testpki.Server{Names: []string{App}}); err != nil {
		return err
	}
	cert, err := os.ReadFile(l.Path("haproxy", "server.pem"))
	if err != nil {
		return err
	}
	key, err := os.ReadFile(l.Path("haproxy", "server.key"))
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(l.Path("haproxy", "both.pem"), append(cert, key...), 0o600), l.writeConf("haproxy.cfg"),
		l.writeSettings(HAProxy, haproxyDefaults))
}

// writeSettings writes what a server includes beside its own file: what was given for it, or else the usual.
func (l *Lab) writeSettings(part Part, usual string) error {
	text := []byte(usual)
	if file := l.opts.Settings[part]; file != "" {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return err
		}
	}
	return errors.Join(os.MkdirAll(l.Path(string(part)), 0o755), os.WriteFile(l.Path(string(part), "settings"), text, 0o644))
}

func (l *Lab) nginx() program {
	return program{path: "nginx", args: []string{"-e", l.Path("nginx", "error.log"), "-c", l.Path("nginx.conf")}, port: l.Ports[Nginx]}
}

// haproxy reads the settings first: of what stands in two files, binds take what was said before them.
func (l *Lab) haproxy() program {
	return program{path: "haproxy", args: []string{"-db", "-f", l.Path("haproxy", "settings"), "-f", l.Path("haproxy.cfg")}, port: l.Ports[HAProxy]}
}
