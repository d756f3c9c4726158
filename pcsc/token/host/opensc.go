package host

import (
	"fmt"
	"strings"
)

// openscConf is OpenSC's configuration for a child. What sharing, release and caching say of the card, and which readers
// are left alone because the children of other insertions hold those, is filled in. See opensc.conf(5).
const openscConf = `app default {
	reader_driver pcsc {
		%s
		%s
		transaction_end_action = leave;
		reconnect_action = reset;
		enable_pinpad = false;
		%s
	}
	framework pkcs15 {
		%s
		use_file_caching = false;
	}
}
app opensc-pkcs11 {
	pkcs11 {
		lock_login = true;
		atomic = false;
		user_pin_unblock_style = set_pin_in_unlogged_session;
	}
}
`

// settings are openscConf for a child that leaves the other readers alone.
func settings(others []string) string {
	return fmt.Sprintf(openscConf, sharing(), release(), ignored(others), caching())
}

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
