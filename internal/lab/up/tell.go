//go:build linux

package main

import (
	_ "embed"
	"io"
	"text/template"
	"time"

	"siths-agent/internal/lab"
)

//go:embed told.txt
var told string

// tell says what is where and how it is used.
func tell(out io.Writer, l *lab.Lab, took time.Duration) error {
	t, err := template.New("told").Parse(told)
	if err != nil {
		return err
	}
	return t.Execute(out, map[string]any{
		"Took": took.Round(100 * time.Millisecond), "Dir": l.Dir, "App": lab.App, "Realm": lab.Realm, "ADRealm": lab.ADRealm,
		"KDC": l.Ports[lab.KDC], "Web": l.Ports[lab.Web], "Strict": l.Ports[lab.Strict], "SPNEGO": l.Ports[lab.SPNEGO], "AD": l.Ports[lab.AD], "SSH": l.Ports[lab.SSH],
		"Nginx": l.Ports[lab.Nginx], "HAProxy": l.Ports[lab.HAProxy],
	})
}
