package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"siths-agent/agent/audit"
	"siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
)

const oneSystem = "title = \"A\"\nkind = \"tls\"\ntls.origins = [\"https://a.example\"]\n"

// policyFiles is a policy of every sort of file.
func policyFiles() map[string]string {
	return map[string]string{
		"agent.toml":               "[trust]\nminimum_loa = 3\n",
		"agent.toml.d/10-a.toml":   "[audit]\nretention = \"8760h\"\n",
		"agent.toml.d/20-b.toml":   "[card]\noperation_timeout = \"20s\"\n",
		"accounts.toml":            "[accounts]\n\"SE2321000131-P000000000001\" = \"anna\"\n",
		"systems.d/lifecare.toml":  oneSystem,
		"systems.d/portal.toml":    oneSystem + "caller.min_tier = 0\n",
		"systems.d/notes.txt":      "no system",
		"agent.toml.d/old.toml.bk": "no policy",
	}
}

// digestOfFiles writes the files, reads them as the service does, and returns their digest.
func digestOfFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(dir, "agent.toml")
	loaded, err := policy.Load(config)
	if err != nil {
		t.Fatal(err)
	}
	sources, wrong := system.Read(system.Folder(config))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return digestOf(loaded, sources)
}

func TestTheDigestOfFilesTellsEveryChangeOfThemAndNothingElse(t *testing.T) {
	before := digestOfFiles(t, policyFiles())
	seen := map[string]string{before: "nothing"}
	for name, change := range changesOfFiles() {
		files := policyFiles()
		change(files)
		got := digestOfFiles(t, files)
		if other, there := seen[got]; there {
			t.Errorf("%s cannot be told from %s", name, other)
		}
		seen[got] = name
	}
	for _, name := range []string{"systems.d/notes.txt", "agent.toml.d/old.toml.bk"} {
		files := policyFiles()
		files[name] += "more"
		if got := digestOfFiles(t, files); got != before {
			t.Errorf("%s, which nobody reads, shows", name)
		}
	}
	if again := digestOfFiles(t, policyFiles()); again != before || len(before) != 64 {
		t.Errorf("the same files in another folder have the digest %s, not %s", again, before)
	}
}

// changesOfFiles are all unlike each other.
func changesOfFiles() map[string]func(map[string]string) {
	move := func(from, to string) func(map[string]string) {
		return func(files map[string]string) { files[to] = files[from]; delete(files, from) }
	}
	changes := map[string]func(map[string]string){
		"a renamed drop-in":                   move("agent.toml.d/10-a.toml", "agent.toml.d/30-a.toml"),
		"a renamed system":                    move("systems.d/lifecare.toml", "systems.d/lifecare2.toml"),
		"a removed drop-in":                   func(files map[string]string) { delete(files, "agent.toml.d/20-b.toml") },
		"a removed system":                    func(files map[string]string) { delete(files, "systems.d/portal.toml") },
		"no accounts":                         func(files map[string]string) { delete(files, "accounts.toml") },
		"another system":                      func(files map[string]string) { files["systems.d/new.toml"] = oneSystem },
		"another drop-in":                     func(files map[string]string) { files["agent.toml.d/new.toml"] = "" },
		"a drop-in with the name of a system": move("agent.toml.d/10-a.toml", "agent.toml.d/lifecare.toml"),
		"systems that change places": func(files map[string]string) {
			files["systems.d/lifecare.toml"], files["systems.d/portal.toml"] = files["systems.d/portal.toml"], files["systems.d/lifecare.toml"]
		},
	}
	for _, name := range []string{"agent.toml", "agent.toml.d/10-a.toml", "agent.toml.d/20-b.toml", "accounts.toml", "systems.d/lifecare.toml", "systems.d/portal.toml"} {
		changes["a byte of "+name] = func(files map[string]string) { files[name] += "\n" }
	}
	return changes
}

// reload has the service read its files again, for the nth time.
func (i *installation) reload(s *running, n int) {
	i.t.Helper()
	s.signal(i.t, syscall.SIGHUP)
	i.awaitRows(s, audit.PolicyReloaded, n)
}

func TestTheLogTellsThatWhichSystemsGetTheCardHasChanged(t *testing.T) {
	i := install(t)
	if err := os.Mkdir(filepath.Join(i.etc, "systems.d"), 0o755); err != nil {
		t.Fatal(err)
	}
	i.write("systems.d/lifecare.toml", oneSystem)
	s := i.start()
	i.reload(s, 1)
	i.write("systems.d/lifecare.toml", oneSystem+"caller.min_tier = 0\n")
	i.reload(s, 2)
	i.write("systems.d/lifecare.toml", oneSystem+"wrong = 1\n") // what is in force stays
	i.reload(s, 3)
	i.write("accounts.toml", "[accounts]\n\"SE2321000131-P000000000001\" = \"anna\"\n")
	i.reload(s, 4)
	var files, keys []string
	for _, e := range i.entries() {
		if e.Event == audit.AgentStart || e.Event == audit.PolicyReloaded {
			files, keys = append(files, e.Files), append(keys, e.SHA256)
		}
	}
	if len(files) != 5 || files[0] != files[1] || files[1] == files[2] || files[2] != files[3] || files[3] == files[4] || len(files[0]) != 64 {
		t.Errorf("files at the start, unchanged, of another system, of a bad one, of another account: %q", files)
	}
	for _, k := range keys {
		if k != keys[0] {
			t.Errorf("no key of policy has changed: %q", keys)
		}
	}
}
