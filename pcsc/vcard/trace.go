package vcard

import "fmt"

// traceLine writes one exchange for people. The data of every command that carries a PIN or PUK is left out, whatever
// the rest of the command looks like; only its length is told.
func traceLine(raw, answer []byte) string {
	if answer == nil {
		return fmt.Sprintf("> %s\n< no answer\n", redacted(raw))
	}
	return fmt.Sprintf("> %s\n< %X\n", redacted(raw), answer)
}

func redacted(raw []byte) string {
	if len(raw) <= headerLen || !carriesPIN(raw[1]) {
		return fmt.Sprintf("%X", raw)
	}
	return fmt.Sprintf("%X [%d bytes withheld]", raw[:headerLen], len(raw)-headerLen)
}

func carriesPIN(ins byte) bool {
	return ins == insVerify || ins == insChangeReferenceData || ins == insResetRetryCounter
}
