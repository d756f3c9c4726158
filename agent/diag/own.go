package diag

import (
	"cmp"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"

	"siths-agent/agent/apitype"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
)

// policy says whether the policy files and those of business systems can be used, and what is wrong with the first line
// that cannot.
func (o Options) policy(context.Context) finding {
	_, err := policy.Load(o.Config)
	var wrong policy.Errors
	if _, errs := system.Load(system.Folder(o.Config)); err == nil && len(errs) > 0 {
		err = errs
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return unclear(apitype.SystemDenied)
	case errors.As(err, &wrong):
		first := wrong[0]
		return red(apitype.ConfigInvalid).with(count(Mistakes, len(wrong)), say(Key, first.Key), count(Line, first.Line))
	case err != nil:
		return red(apitype.ConfigInvalid)
	}
	return green()
}

// modules says whether the PKCS#11 modules of policy are there. One is enough.
func (o Options) modules(context.Context) finding {
	loaded, err := policy.Load(o.Config)
	if err != nil {
		return unclear(apitype.ConfigInvalid)
	}
	f, there := green(), 0
	for _, name := range loaded.Policy.Card.Modules {
		switch path := o.moduleFile(name); {
		case path == "":
			f = f.and(yellow(NoModule))
		case !fitsCPU(path):
			f = f.and(yellow(OtherCPU))
		default:
			there++
			f = f.with(say(Module, filepath.Base(name)))
		}
	}
	if there == 0 {
		f.colour, f.advice = Red, cmp.Or(f.advice, NoModule)
	}
	return f.with(count(ModuleCount, there))
}

// moduleFile finds a module as the child that loads it does; empty when there is none.
func (o Options) moduleFile(name string) string {
	patterns := []string{filepath.Join(o.Root, name)}
	if !filepath.IsAbs(name) {
		patterns = nil
		for _, folder := range moduleFolders() {
			patterns = append(patterns, filepath.Join(o.Root, folder, name))
		}
	}
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern)
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	return ""
}

// fitsCPU says whether a module is for this kind of processor. One that is no ELF file is not judged.
func fitsCPU(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	var head [20]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return false
	}
	return machineFits(head, runtime.GOARCH)
}

// machineFits compares e_machine, at byte 18 of an ELF header (System V ABI, figure 4-3), with a processor of Go's.
func machineFits(head [20]byte, goarch string) bool {
	want, known := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[goarch]
	if string(head[:4]) != elf.ELFMAG || !known {
		return true
	}
	return elf.Machine(binary.LittleEndian.Uint16(head[18:])) == want
}

// network says whether the machine has an address by which others can reach it.
func network(context.Context) finding {
	all, err := net.InterfaceAddrs()
	n := 0
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			n++
		}
	}
	if err != nil || n == 0 {
		return yellow(NoAddress).with(count(Addresses, 0))
	}
	return green().with(count(Addresses, n))
}
