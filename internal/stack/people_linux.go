package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Person is an account of a lab.
type Person struct {
	// Name is the login name, also of the person's own group.
	Name string
	// UID is the number of both, away from the machine's own accounts.
	UID uint32
	// Groups are further groups, which the machine must have.
	Groups []string
	// PasswordHash is a crypt(5) hash; empty means that no password works.
	PasswordHash string
}

// DefaultPeople are the two accounts of most tests: anna, who has a card, and bob, who is somebody else.
func DefaultPeople() []Person {
	return []Person{{Name: "anna", UID: 61001}, {Name: "bob", UID: 61002}}
}

// Person returns the account of that name.
func (l *Lab) Person(name string) (Person, error) {
	p, ok := l.people[name]
	if !ok {
		return Person{}, fmt.Errorf("the lab has no person %q", name)
	}
	return p, nil
}

// Home is the person's home folder.
func (l *Lab) Home(name string) string { return l.Path("home", name) }

// writePeople writes the lab's passwd, group and shadow: the machine's system accounts and the people.
func (l *Lab) writePeople(people []Person) error {
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return err
	}
	group, err := os.ReadFile("/etc/group")
	if err != nil {
		return err
	}
	shadow := "root:*:19000:0:99999:7:::\n"
	for _, p := range people {
		l.people[p.Name] = p
		passwd = fmt.Appendf(passwd, "%s:x:%d:%d:%s:%s:/bin/bash\n", p.Name, p.UID, p.UID, p.Name, l.Home(p.Name))
		group = addToGroups(fmt.Appendf(group, "%s:x:%d:\n", p.Name, p.UID), p)
		shadow += fmt.Sprintf("%s:%s:19000:0:99999:7:::\n", p.Name, orLocked(p.PasswordHash))
		if err := l.makeHome(p); err != nil {
			return err
		}
	}
	return l.writeAccounts(passwd, group, []byte(shadow))
}

// makeHome makes the person's home folder, which nobody else can enter.
func (l *Lab) makeHome(p Person) error {
	if err := os.Mkdir(l.Home(p.Name), 0o700); err != nil {
		return err
	}
	if !l.root {
		return nil
	}
	return os.Chown(l.Home(p.Name), int(p.UID), int(p.UID))
}

// writeAccounts writes the three files with the modes that unix_chkpwd needs: shadow belongs to group shadow.
func (l *Lab) writeAccounts(passwd, group, shadow []byte) error {
	if err := os.WriteFile(l.Path("etc/passwd"), passwd, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(l.Path("etc/group"), group, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(l.Path("etc/shadow"), shadow, 0o640); err != nil {
		return err
	}
	gid, ok := groupID(string(group), "shadow")
	if !ok || !l.root {
		return nil
	}
	return os.Chown(l.Path("etc/shadow"), 0, gid)
}

// addToGroups appends the person to the member list of each of its groups.
func addToGroups(group []byte, p Person) []byte {
	lines := strings.Split(string(group), "\n")
	for i, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		for _, want := range p.Groups {
			if name == want {
				lines[i] = strings.TrimSuffix(line+","+p.Name, ",")
				lines[i] = strings.Replace(lines[i], ":,", ":", 1)
			}
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// groupID finds a group's number in the text of a group file.
func groupID(group, name string) (int, bool) {
	for line := range strings.Lines(group) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 3 || fields[0] != name {
			continue
		}
		gid, err := strconv.Atoi(fields[2])
		return gid, err == nil
	}
	return 0, false
}

// orLocked is the hash, or the mark of an account without a password (shadow(5)).
func orLocked(hash string) string {
	if hash == "" {
		return "!"
	}
	return hash
}

// copyPAM gives the lab its own copy of the machine's PAM files.
func (l *Lab) copyPAM() error {
	files, err := filepath.Glob("/etc/pam.d/*")
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(l.Path("etc/pam.d", filepath.Base(file)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// PAM writes the PAM file of a service in the lab, one line each, replacing what was there.
func (l *Lab) PAM(service string, lines ...string) error {
	if service == "" || strings.ContainsRune(service, '/') {
		return fmt.Errorf("%q is not the name of a PAM service", service)
	}
	text := strings.Join(lines, "\n") + "\n"
	return os.WriteFile(l.Path("etc/pam.d", service), []byte(text), 0o644)
}
