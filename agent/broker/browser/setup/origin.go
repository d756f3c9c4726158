package setup

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// OriginError says that a system's file names a server in a way that cannot be put into a browser's settings.
type OriginError struct {
	System string // its name
	Origin string // as it is written
}

func (e *OriginError) Error() string {
	return fmt.Sprintf("%s: %q is no origin of the form https://host or https://host:port", e.System, e.Origin)
}

// origin is a server: what is not one of these characters cannot end or widen what a browser reads.
type origin struct {
	host string // or an address, without brackets
	any  bool   // and every name below host
	port int
}

// parseOrigin reads https://host[:port]; a leading "*." in the host stands for any labels.
func parseOrigin(s string) (origin, bool) {
	rest, found := strings.CutPrefix(s, "https://")
	if !found {
		return origin{}, false
	}
	if at, err := netip.ParseAddrPort(rest); err == nil {
		return origin{host: at.Addr().String(), port: int(at.Port())}, at.Addr().Zone() == "" && at.Port() > 0
	}
	host, digits, named := strings.Cut(rest, ":")
	port := uint64(443)
	if named {
		var err error
		if port, err = strconv.ParseUint(digits, 10, 16); err != nil || port == 0 {
			return origin{}, false
		}
	}
	host, wild := strings.CutPrefix(host, "*.")
	return origin{host: host, any: wild, port: int(port)}, isHost(host)
}

// pattern is the origin as Chromium's content settings write it. The port is always named: a pattern without one means
// every port.
func (o origin) pattern() string {
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.any {
		host = "[*.]" + host
	}
	return "https://" + host + ":" + strconv.Itoa(o.port)
}
