package lab

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"

	"siths-agent/internal/testpki"
)

// page is what the web servers answer: who has come, how, and that this is the page.
const page = `<!DOCTYPE html><html lang="sv"><head><title>lab</title><link rel="icon" href="data:,"></head><body>
<p id="who"><!--#echo var="SSL_CLIENT_S_DN" --> <!--#echo var="REMOTE_USER" --></p><p id="how"><!--#echo var="SSL_PROTOCOL" --></p>
%s</body></html>
`

// pictures is how many many.html has.
const pictures = 12

// strictDefaults is what the strict server is told where nothing else is given.
const strictDefaults = "SSLSessionTickets off\nSSLSessionCache none\nKeepAlive Off\n"

// layWeb writes the pages and the configurations of the servers with TLS.
func (l *Lab) layWeb() error {
	if _, err := os.Stat(l.Path("web", "server.pem")); err == nil {
		return nil // the other server has done it
	}
	return errors.Join(l.writePages(), l.writeServer("web", testpki.Server{Names: []string{App}}), l.writeSettings(Strict, strictDefaults),
		l.writeConf("tls.conf"), l.writeConf("ordinary.conf"), l.writeConf("strict.conf"))
}

// laySPNEGO writes what the server with Kerberos needs.
func (l *Lab) laySPNEGO() error {
	return errors.Join(l.writePages(), os.MkdirAll(l.Path("spnego"), 0o755), l.writeConf("spnego.conf"))
}

// writePages writes what all web servers serve.
func (l *Lab) writePages() error {
	var images strings.Builder
	for i := range pictures {
		fmt.Fprintf(&images, "<img src=\"%d.png\" alt=\"\">\n", i)
	}
	errs := errors.Join(l.writeConf("web.conf"), os.MkdirAll(l.Path("pages"), 0o755),
		os.WriteFile(l.Path("pages", "index.shtml"), fmt.Appendf(nil, page, ""), 0o644),
		os.WriteFile(l.Path("pages", "many.shtml"), fmt.Appendf(nil, page, images.String()), 0o644))
	for i := range pictures {
		errs = errors.Join(errs, writePicture(l.Path("pages", fmt.Sprintf("%d.png", i)), i))
	}
	return errs
}

// writePicture writes a small picture of its own shade.
func writePicture(file string, shade int) error {
	picture := image.NewGray(image.Rect(0, 0, 8, 8))
	picture.SetGray(0, 0, color.Gray{Y: uint8(shade)}) //nolint:gosec // there are twelve
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, picture), f.Close())
}

// apache is the web server of a part.
func (l *Lab) apache(part Part) func() program {
	conf := map[Part]string{Web: "ordinary.conf", Strict: "strict.conf", SPNEGO: "spnego.conf"}[part]
	return func() program {
		return program{path: "apache2", args: []string{"-D", "FOREGROUND", "-f", l.Path(conf)}, env: []string{"KRB5_CONFIG=" + l.Krb5Conf()}, port: l.Ports[part]}
	}
}
