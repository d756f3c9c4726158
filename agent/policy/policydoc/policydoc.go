// Package policydoc writes the policy reference and the example policy file from the table of keys.
package policydoc

import (
	"fmt"
	"strings"

	"siths-agent/agent/policy"
)

//go:generate env UPDATE_GOLDEN=1 go test -run TestTheGeneratedFilesAreFresh .

// installed is the policy folder that both documents speak of.
const installed = "/etc/siths-agent"

const preface = `# Policy reference

Generated from the table of keys in agent/policy; change it there and run ` + "`go generate ./agent/policy/...`" + `.

The policy file is ` + "`/etc/siths-agent/agent.toml`" + ` (TOML 1.0, UTF-8, at most 256 KiB). Files
` + "`agent.toml.d/*.toml`" + ` beside it are read after it in the order of their names. A key set later replaces the
earlier value; lists are replaced whole. Unknown keys are errors. Every file, and every folder on the way to it,
must belong to root or to the user the service runs as and must not be writable by others.

Durations are a number and a unit: ` + "`ms`, `s`, `m`, `h`, `d`" + ` (a day is 24 hours), or several: ` + "`1h30m`" + `.

` + "`sithsctl policy check`" + ` finds mistakes, ` + "`sithsctl policy explain KEY`" + ` says where a value comes from.

` + "`accounts.toml`" + ` beside the policy file says whose card opens which account: lines such as
` + "`\"SE2321000131-P000000000001\" = \"anna\"`" + ` under ` + "`[accounts]`" + `. Several HSA-ids may name one account.

**Not acted on yet** marks what this version checks and otherwise ignores. The service logs such settings.

`

// Reference returns docs/policy.md.
func Reference() []byte {
	var b strings.Builder
	b.WriteString(preface)
	section := ""
	for _, k := range policy.Keys() {
		if k.Section() != section {
			section = k.Section()
			fmt.Fprintf(&b, "## [%s]\n\n", section)
		}
		writeKey(&b, k)
	}
	return []byte(b.String())
}

func writeKey(b *strings.Builder, k policy.Key) {
	fmt.Fprintf(b, "### %s\n\n%s\n\n*%s*\n\n", k.Name, k.Doc.EN, k.Doc.SV)
	fmt.Fprintf(b, "- Type: %s\n- Default: `%s`\n- Allowed: %s\n- Since: %s\n", k.Type, k.DefaultFor(installed), k.Allowed().EN, k.Since)
	if len(k.Sub) > 0 {
		writeSub(b, k)
	}
	b.WriteString("\n")
}

func writeSub(b *strings.Builder, k policy.Key) {
	fmt.Fprintf(b, "\nEach `[[%s]]` has these keys, all but what may be left out:\n\n| key | type | allowed | meaning |\n|---|---|---|---|\n", k.Name)
	for _, s := range k.Sub {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s.Name, s.Type, cell(s.Allowed().EN), s.Doc.EN)
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// Example returns a policy file that sets nothing: every key stands there with its default, commented out.
func Example() []byte {
	var b strings.Builder
	b.WriteString("# Policy of siths-agent. Reference: docs/policy.md. Every line below is the default.\n" +
		"# Policy för siths-agent. Varje rad nedan är standardvärdet.\n")
	section := ""
	for _, k := range policy.Keys() {
		if k.Section() != section {
			section = k.Section()
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		fmt.Fprintf(&b, "# %s\n# %s\n#%s\n", k.Doc.EN, k.Doc.SV, assignment(k))
	}
	return []byte(b.String())
}

// assignment is the default as a line of the file.
func assignment(k policy.Key) string {
	return fmt.Sprintf("%s = %s", strings.TrimPrefix(k.Name, k.Section()+"."), k.DefaultFor(installed))
}
