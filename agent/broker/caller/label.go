package caller

import (
	"net"
	"strings"

	"siths-agent/agent/safesocket"
)

// labelOf is the label that the kernel's security module had put on whoever connected, at that time: what the process
// has become since does not change it. It is empty where there is none to rely on.
func labelOf(conn net.Conn) (string, error) {
	raw, err := safesocket.LabelOf(conn)
	if err != nil {
		return "", err
	}
	return enforced(raw), nil
}

// stacked stands between the profiles of a program that has several (apparmor.d(5), "stacking").
const stacked = "//&"

// cutMode takes AppArmor's label apart, "profile (mode)" (aa_getpeercon(2)). Labels of other modules have no mode.
func cutMode(raw string) (profile, mode string) {
	i := strings.LastIndex(raw, " (")
	if i < 0 || !strings.HasSuffix(raw, ")") {
		return raw, ""
	}
	return raw[:i], raw[i+2 : len(raw)-1]
}
