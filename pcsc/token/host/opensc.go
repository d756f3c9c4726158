package host

import "strings"

// openscConf is OpenSC's configuration for a child: the card is held exclusively for as long as the child has it,
// nobody else gets a word in while it is verified, and letting go of it resets it. OpenSC keeps no PIN.
// The readers of other insertions are left alone: their own children hold those. See opensc.conf(5).
const openscConf = `app default {
	reader_driver pcsc {
		connect_exclusive = true;
		disconnect_action = reset;
		transaction_end_action = leave;
		reconnect_action = reset;
		enable_pinpad = false;
		%s
	}
	framework pkcs15 {
		use_pin_caching = false;
		use_file_caching = false;
	}
}
app opensc-pkcs11 {
	pkcs11 {
		lock_login = true;
		atomic = false;
	}
}
`

// ignored names the readers that OpenSC must not touch. A name that cannot be quoted is left out: reader names come
// from drivers.
func ignored(names []string) string {
	var quoted []string
	for _, n := range names {
		if n != "" && !strings.ContainsFunc(n, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' }) {
			quoted = append(quoted, `"`+n+`"`)
		}
	}
	if len(quoted) == 0 {
		return ""
	}
	return "ignored_readers = " + strings.Join(quoted, ", ") + ";"
}
