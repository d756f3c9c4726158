package main

import (
	"path/filepath"

	"siths-agent/agent/identity"
	"siths-agent/agent/identity/directory"
	"siths-agent/agent/policy"
)

// directory is the one that policy names, nil where it names none.
func (p *program) directory(l policy.LDAP) (identity.Directory, error) {
	if l.URI == "" || l.Base == "" || l.Filter == "" || l.Attribute == "" {
		return nil, nil
	}
	d, err := directory.New(directory.Config{
		URI: l.URI, Base: l.Base, Filter: l.Filter, Attribute: l.Attribute, StartTLS: l.StartTLS, CA: l.CA, Bind: l.Bind,
		Timeout: l.Timeout, MaxAge: l.MaxAge, State: filepath.Join(p.options.state, directory.FileName),
		Courier: p.courier, Log: p.log,
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}
