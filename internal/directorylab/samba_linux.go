package directorylab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/go-ldap/ldap/v3"
)

// What a question to the lab's Active Directory needs.
const (
	SambaHost     = "dc1.ad.lab.test"
	SambaRealm    = "AD.LAB.TEST"
	SambaBase     = "DC=ad,DC=lab,DC=test"
	SambaFilter   = "(&(objectClass=user)(employeeNumber={hsa_id}))"
	SambaAccount  = "sAMAccountName"
	SambaReader   = "administrator@ad.lab.test"
	SambaPassword = "Lab-Admin-9f3b"
	SambaMachine  = "pc17$"
)

// private is what has to be done in a world of its own before a domain controller can run there: its ports are fixed,
// and programs have to find it by its name. Its arguments are a folder and a command.
const private = `set -e
ip link set lo up
printf '127.0.0.1 localhost\n127.0.0.1 ` + SambaHost + `\n' > "$1/hosts"
mount --bind "$1/hosts" /etc/hosts
shift
exec "$@"`

// Private is a command in a world with a network of its own, in which SambaHost is the loopback interface. Everything in
// it ends with the command. dir is a folder to write to.
func Private(ctx context.Context, dir string, command ...string) *exec.Cmd {
	args := append([]string{"--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", private, "sh", dir}, command...)
	cmd := exec.CommandContext(ctx, "unshare", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// Samba is a domain controller of Active Directory, in the world that Private makes.
type Samba struct {
	Keytab   []byte // of SambaMachine
	Krb5Conf []byte

	dir       string
	authority *Authority
	cmd       *exec.Cmd
}

// NewSamba makes a domain of these people in a folder and starts its controller, which ends with ctx.
func NewSamba(ctx context.Context, dir string, a *Authority, people ...Person) (*Samba, error) {
	s := &Samba{dir: dir, authority: a, Krb5Conf: []byte("[libdefaults]\ndefault_realm = " + SambaRealm +
		"\n[realms]\n" + SambaRealm + " = {\n kdc = " + SambaHost + ":88\n}\n")}
	for _, step := range []func(context.Context) error{s.provision, s.join, s.start} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return s, s.fill(people)
}

func (s *Samba) provision(ctx context.Context) error {
	if err := s.authority.WriteServer(s.dir, SambaHost); err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "samba-tool", ProvisionArgs(s.domain(), map[string]string{
		"server services":                 "kdc ldap",
		"ldap server require strong auth": "allow_sasl_over_tls", // as Windows has it, where Kerberos within TLS is fine
		"tls cafile":                      filepath.Join(s.dir, "ca.pem"), "tls certfile": filepath.Join(s.dir, "server.pem"),
		"tls keyfile": filepath.Join(s.dir, "server.key"),
	})...))
}

// ProvisionArgs are the arguments of samba-tool(8) that make the domain of SambaRealm in a folder, whose controller listens
// on the loopback interface only. The options are lines of smb.conf(5) besides.
func ProvisionArgs(dir string, options map[string]string) []string {
	args := []string{"domain", "provision", "--targetdir=" + dir, "--realm=" + SambaRealm, "--domain=ADLAB",
		"--adminpass=" + SambaPassword, "--server-role=dc", "--dns-backend=NONE", "--host-ip=127.0.0.1", "--host-name=dc1",
		"--option=interfaces=lo", "--option=bind interfaces only=yes"}
	for name, value := range options {
		args = append(args, "--option="+name+"="+value)
	}
	return args
}

func (s *Samba) domain() string { return filepath.Join(s.dir, "domain") }

func (s *Samba) config() string { return filepath.Join(s.domain(), "etc", "smb.conf") }

// join makes the machine's account, gives it keys, and takes them out as a keytab. The controller gets its name for LDAP.
func (s *Samba) join(ctx context.Context) error {
	file := filepath.Join(s.dir, "machine.keytab")
	for _, args := range [][]string{
		{"computer", "create", SambaMachine},
		{"user", "setpassword", SambaMachine, "--newpassword=" + SambaPassword},
		{"spn", "add", "ldap/" + SambaHost, "dc1$"}, // a running controller has it added by a script of the distribution
		{"domain", "exportkeytab", file, "--principal=" + SambaMachine},
	} {
		if err := run(exec.CommandContext(ctx, "samba-tool", append(args, "-s", s.config())...)); err != nil {
			return err
		}
	}
	var err error
	s.Keytab, err = os.ReadFile(file)
	return err
}

func (s *Samba) start(ctx context.Context) error {
	s.cmd = exec.CommandContext(ctx, "samba", "-s", s.config(), "-i", "-M", "single")
	var log bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &log, &log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for _, port := range []string{"88", "389", "636"} {
		if err := awaitPort(ctx, "tcp://"+SambaHost+":"+port); err != nil {
			s.Stop()
			return fmt.Errorf("starting samba: %w: %s", err, log.String())
		}
	}
	return nil
}

// Stop ends the controller.
func (s *Samba) Stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// fill adds the people over LDAPS. The first account is who they are.
func (s *Samba) fill(people []Person) error {
	conn, err := ldap.DialURL("ldaps://"+SambaHost, ldap.DialWithTLSConfig(s.authority.client(SambaHost)))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.Bind(SambaReader, SambaPassword); err != nil {
		return err
	}
	for i, p := range people {
		add := ldap.NewAddRequest("CN=person "+strconv.Itoa(i)+",CN=Users,"+SambaBase, nil)
		add.Attribute("objectClass", []string{"user"})
		for name, values := range map[string][]string{"employeeNumber": p.HSAIDs, SambaAccount: p.Accounts, "altSecurityIdentities": p.Mappings} {
			if len(values) > 0 {
				add.Attribute(name, values)
			}
		}
		if err := conn.Add(add); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command whose words matter only when it fails.
func run(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("running %s: %w", filepath.Base(cmd.Path), err), errors.New(string(out)))
	}
	return nil
}
