package child

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"siths-agent/agent/courier"

	"github.com/go-ldap/ldap/v3/gssapi"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/krberror"
)

// bind says who is asking: by Kerberos where there is a keytab, else by a name and its password. Nobody asks without a
// name: some directories answer that, with less than there is.
func (l *line) bind(ctx context.Context, b courier.Bind) error {
	switch {
	case len(b.Keytab) > 0:
		return l.bindKerberos(ctx, b)
	case b.DN == "" || len(b.Password) == 0:
		return malformed("neither a keytab nor a name with its password")
	}
	return l.ldap.Bind(b.DN, string(b.Password)) // the library takes nothing else
}

// bindKerberos gets a ticket for the directory and shows it (SASL GSSAPI, RFC 4752). The library that talks to the KDC
// has times of its own; who asks does not wait for them.
func (l *line) bindKerberos(ctx context.Context, b courier.Bind) error {
	who, err := kerberosClient(b)
	if err != nil {
		return malformed(err.Error())
	}
	done := make(chan error, 1)
	go func() {
		defer func() { _ = who.Close() }()
		done <- l.ldap.GSSAPIBind(who, "ldap/"+l.host, "")
	}()
	select {
	case err := <-done:
		return deniedTicket(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deniedTicket tells a KDC that says no from one that says nothing.
func deniedTicket(err error) error {
	var failed krberror.Krberror
	if errors.As(err, &failed) && failed.RootCause != krberror.NetworkingError {
		return &courier.Failure{Reason: courier.Denied, Detail: failed.Error()}
	}
	return err
}

// kerberosClient reads whose ticket it is to be.
func kerberosClient(b courier.Bind) (*gssapi.Client, error) {
	keys := keytab.New()
	if err := keys.Unmarshal(b.Keytab); err != nil {
		return nil, fmt.Errorf("reading the keytab: %w", err)
	}
	name, realm := b.Principal, b.Realm
	if name == "" {
		name, realm = machineIn(keys)
	}
	if name == "" {
		return nil, errNoMachine
	}
	conf, err := kerberosConfig(string(b.Krb5Conf), realm)
	if err != nil {
		return nil, err
	}
	return &gssapi.Client{Client: client.NewWithKeytab(name, realm, keys, conf, client.DisablePAFXFAST(true))}, nil
}

var errNoMachine = errors.New("the keytab has no entry of the machine")

// machineIn finds who the machine is: its account in Active Directory, which ends in a dollar sign ([MS-ADTS],
// section 3.1.1.6), or else the principal host/NAME that other realms give to machines.
func machineIn(keys *keytab.Keytab) (name, realm string) {
	for _, entry := range keys.Entries {
		parts := entry.Principal.Components
		switch {
		case len(parts) == 1 && strings.HasSuffix(parts[0], "$"):
			return parts[0], entry.Principal.Realm
		case len(parts) == 2 && parts[0] == "host" && name == "":
			name, realm = strings.Join(parts, "/"), entry.Principal.Realm
		}
	}
	return name, realm
}

// kerberosConfig reads krb5.conf(5). Where it names no server of the realm, DNS is asked. TCP: an answer of Active
// Directory seldom fits into a datagram.
func kerberosConfig(text, realm string) (*config.Config, error) {
	conf, err := config.NewFromString(text)
	if err != nil && !errors.As(err, new(config.UnsupportedDirective)) {
		return nil, fmt.Errorf("reading krb5.conf: %w", err)
	}
	conf.LibDefaults.DefaultRealm = realm
	conf.LibDefaults.UDPPreferenceLimit = 1
	if !knowsRealm(conf, realm) {
		conf.LibDefaults.DNSLookupKDC = true
	}
	return conf, nil
}

func knowsRealm(conf *config.Config, realm string) bool {
	for _, known := range conf.Realms {
		if known.Realm == realm && len(known.KDC) > 0 {
			return true
		}
	}
	return false
}
