package policydoc

import (
	"fmt"
	"strings"

	"siths-agent/agent/broker/system"
	"siths-agent/agent/policy"
)

const systemsPreface = `# Business systems

Generated from the table of keys in agent/broker/system; change it there and run ` + "`go generate ./agent/policy/...`" + `.

One file ` + "`/etc/siths-agent/systems.d/NAME.toml`" + ` says of one business system what the card proves there, and to which
programs. NAME is made of ` + "`a-z`, `0-9`, `-` and `_`" + `; it is the system's name in ` + "`sithsctl sso`" + ` and in the audit log.
Without a file nothing is released to anybody.

The folder and every file in it must belong to root, or to the user the service runs as, and must not be writable by
others; a link is refused. Unknown keys are errors. A file with a mistake releases nothing and takes no other file
along; on a reload it stays as it was, those beside it are what they say now, and one that is gone releases nothing more, even
where agent.toml has a mistake: who wants a rule gone removes its file.
` + "`sithsctl policy check`" + ` finds mistakes, and says when a rule wants what this computer does not have; ` + "`sithsctl sso explain NAME`" + `
says which condition a program does not meet.

A program gets what all rules of the kind together allow it, and a signature does not tell what it is for: a browser that
one system of ` + "`kind = \"tls\"`" + ` lets have the card can show it to any web site. The audit log names all systems that let it.
Where one of them asks the person, it asks for all of them, in the strictest way that any of them wants: a rule with
` + "`caller.consent`" + ` is not undone by a second one for the same program. ` + "`sithsctl policy check`" + ` names rules that meet so. Who is
not to be asked at every page gives the system that asks a program of its own, by ` + "`caller.exe`" + ` or ` + "`caller.lsm_label`" + `.

Served are the kinds ` + "`tls`, `kerberos` and `ssh`" + `. Others are refused.

`

// Systems returns docs/systems.md. examples are the files that it shows, by name.
func Systems(examples map[string]string, order []string) []byte {
	var b strings.Builder
	b.WriteString(systemsPreface)
	section := "-"
	for _, k := range system.Keys() {
		if k.Section() != section {
			section = k.Section()
			fmt.Fprintf(&b, "## %s\n\n", heading(section))
		}
		writeSystemKey(&b, k)
	}
	writePrograms(&b)
	b.WriteString("## Examples\n\n")
	for _, name := range order {
		fmt.Fprintf(&b, "`%s`:\n\n```toml\n%s```\n\n", name, examples[name])
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

func heading(section string) string {
	switch section {
	case "":
		return "The system"
	case "caller", "session":
		return "[" + section + "]"
	default:
		return "[" + section + `], with kind = "` + section + `"`
	}
}

func writeSystemKey(b *strings.Builder, k policy.Key) {
	fmt.Fprintf(b, "### %s\n\n%s\n\n*%s*\n\n- Type: %s\n", k.Name, k.Doc.EN, k.Doc.SV, k.Type)
	if k.Default == "" {
		b.WriteString("- Must be given\n")
	} else {
		fmt.Fprintf(b, "- Default: `%s`\n", k.Default)
	}
	fmt.Fprintf(b, "- Allowed: %s\n- Since: %s\n\n", k.Allowed().EN, k.Since)
}

func writePrograms(b *strings.Builder) {
	b.WriteString("## Programs that a kind is known to be used with\n\nA browser from a snap or a flatpak has no fixed path: its rule names `caller.exe` or `caller.lsm_label`.\n\n")
	for _, kind := range system.Kinds() {
		fmt.Fprintf(b, "`%s`:\n\n", kind)
		for _, file := range system.Programs(kind) {
			fmt.Fprintf(b, "- `%s`\n", file)
		}
		b.WriteString("\n")
	}
}
