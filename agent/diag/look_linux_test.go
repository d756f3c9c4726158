package diag

import (
	"debug/elf"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"

	"siths-agent/agent/apitype"
	"siths-agent/internal/stall"

	"golang.org/x/sys/unix"
)

// machine is a folder that stands for a machine's root.
type machine struct {
	t    *testing.T
	root string
}

func (m machine) write(name, content string) {
	m.t.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// module is the beginning of an ELF file for a processor.
func module(m elf.Machine) string {
	head := make([]byte, 64)
	copy(head, elf.ELFMAG)
	binary.LittleEndian.PutUint16(head[18:], uint16(m))
	return string(head)
}

func TestWhatIsOnTheMachineIsSeen(t *testing.T) {
	o := options(t, &service{d: well()})
	m := machine{t, o.Root}
	m.write("usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "no ELF file, but something that is long enough")
	m.write("usr/lib/x86_64-linux-gnu/security/pam_siths.so", "")
	m.write("etc/pam.d/gdm-smartcard", "#%PAM-1.0\nauth required pam_siths.so\nauth required pam_siths.so\n")
	m.write("etc/pam.d/login", "# auth required pam_siths.so\n")
	m.write("sys/bus/usb/devices/1-1:1.0/bInterfaceClass", "0b\n")
	m.write("sys/bus/usb/devices/1-1/idVendor", "08e6\n")
	m.write("sys/bus/usb/devices/1-1/idProduct", "3437\n")
	m.write("sys/bus/usb/devices/1-1/bcdDevice", "0201\n")
	m.write("sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "03\n")
	m.write("proc/17/comm", "scdaemon\n")
	m.write("proc/18/comm", "scdaemon\n")
	m.write("run/pcscd/x", "")
	l, err := net.Listen("unix", filepath.Join(m.root, "run/pcscd/pcscd.comm"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	m.write("proc/16/comm", "siths-agentd\n")
	o.Socket = "/run/pcscd/pcscd.comm"
	p := Make(t.Context(), o)
	if r := wantRow(t, p, Service, Green, ""); says(r, Process) != "yes" || says(r, Socket) != "yes" {
		t.Errorf("the service is %+v", r)
	}
	wantRow(t, p, CardService, Green, "")
	if r := wantRow(t, p, Readers, Green, ""); says(r, ReaderCount) != "1" || says(r, USBDevice) != "08e6:3437 02.01" {
		t.Errorf("the readers are %+v", r)
	}
	if r := wantRow(t, p, UnlockPath, Green, ""); says(r, Door) != "yes" || says(r, Ways) != "1" {
		t.Errorf("the way in is %+v", r)
	}
	if r := wantRow(t, p, Modules, Green, ""); says(r, Module) != "opensc-pkcs11.so" || says(r, ModuleCount) != "1" {
		t.Errorf("the modules are %+v", r)
	}
	if r := wantRow(t, p, Rivals, Yellow, ""); r.Advice != Competitor || says(r, Rival) != "scdaemon" || len(r.Facts) != 1 {
		t.Errorf("the rivals are %+v", r)
	}
	wantRow(t, p, Policy, Green, "")
}

func TestWhatIsMissingOnTheMachineIsSeen(t *testing.T) {
	p := Make(t.Context(), options(t, &service{d: well()}))
	wantRow(t, p, CardService, Red, apitype.ReaderServiceDown)
	if r := rowNamed(p, Service); says(r, Process) != "no" {
		t.Errorf("the service is %+v", r)
	}
	if r := wantRow(t, p, Modules, Red, ""); r.Advice != NoModule {
		t.Errorf("the modules are %+v", r)
	}
	if r := wantRow(t, p, UnlockPath, Yellow, ""); r.Advice != NoDoor {
		t.Errorf("the way in is %+v", r)
	}
}

func TestAModuleForAnotherProcessorIsSeen(t *testing.T) {
	o := options(t, &service{d: well()})
	machine{t, o.Root}.write("usr/lib64/opensc-pkcs11.so", module(elf.EM_S390))
	if r := wantRow(t, Make(t.Context(), o), Modules, Red, ""); r.Advice != OtherCPU {
		t.Errorf("the modules are %+v", r)
	}
	for goarch, fits := range map[string]bool{"amd64": true, "arm64": false, "riscv64": true} {
		if got := machineFits([20]byte([]byte(module(elf.EM_X86_64))), goarch); got != fits {
			t.Errorf("%s takes a module for x86-64: %v", goarch, got)
		}
	}
}

func TestABusinessSystemThatCannotBeUsedIsSeen(t *testing.T) {
	o := options(t, &service{d: well()})
	o.Config = filepath.Join(o.Root, "agent.toml")
	m := machine{t, o.Root}
	m.write("agent.toml", "")
	m.write("systems.d/shell.toml", "title = 'Shell'\nkind = 'telnet'\n")
	r := wantRow(t, Make(t.Context(), o), Policy, Red, apitype.ConfigInvalid)
	if says(r, Mistakes) != "1" || says(r, Key) != "kind" || says(r, Line) != "2" {
		t.Errorf("the policy is %+v", r)
	}
}

func TestAPolicyThatCannotBeUsedIsSeen(t *testing.T) {
	o := options(t, &service{d: well()})
	o.Config = filepath.Join(o.Root, "agent.toml")
	machine{t, o.Root}.write("agent.toml", "[card]\nreaders = 7\n[session]\nidle_lock = \"soon\"\n")
	r := wantRow(t, Make(t.Context(), o), Policy, Red, apitype.ConfigInvalid)
	if says(r, Mistakes) != "2" || says(r, Key) != "card.readers" || says(r, Line) != "2" {
		t.Errorf("the policy is %+v", r)
	}
}

func TestAPipeAmongTheFilesHoldsNobody(t *testing.T) {
	o := options(t, &service{d: well()})
	m := machine{t, o.Root}
	m.write("etc/pam.d/login", "auth required pam_siths.so\n")
	if err := unix.Mkfifo(filepath.Join(o.Root, "etc/pam.d/pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := rowNamed(Make(t.Context(), o), UnlockPath); says(r, Ways) != "1" {
		t.Errorf("the way in is %+v", r)
	}
}

// TestWhatHangsOnARealMachineHoldsNobody has pipes where files are, and a card service that takes connections and says nothing.
func TestWhatHangsOnARealMachineHoldsNobody(t *testing.T) {
	o := options(t, &service{d: well()})
	o.Config = filepath.Join(o.Root, "agent.toml")
	machine{t, o.Root}.write("run/pcscd/x", "")
	machine{t, o.Root}.write("proc/17/x", "")
	machine{t, o.Root}.write("usr/lib64/x", "")
	for _, pipe := range []string{o.Config, filepath.Join(o.Root, "proc/17/comm"), filepath.Join(o.Root, "usr/lib64/opensc-pkcs11.so")} {
		if err := unix.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("unix", filepath.Join(o.Root, "run/pcscd/pcscd.comm"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	clock := stall.Begin()
	p := Make(t.Context(), o)
	if took := clock.Took(); took > lookTime/2 {
		t.Errorf("it took %s", took)
	}
	wantRow(t, p, CardService, Green, "")
	wantRow(t, p, Policy, Red, apitype.ConfigInvalid)
	wantRow(t, p, Modules, Yellow, apitype.ConfigInvalid)
	if len(p.Rows) != 15 {
		t.Errorf("%d rows", len(p.Rows))
	}
}
