package lab

import (
	"errors"
	"maps"
	"net"
)

// FixedPorts are where the parts listen for people, and for tests in a network of their own.
func FixedPorts() map[Part]int {
	return map[Part]int{KDC: 18088, Web: 18443, Strict: 18444, Nginx: 18445, HAProxy: 18446, SPNEGO: 18080, AD: 18189, SSH: 18022}
}

// choosePorts fills in ports that nobody has now.
func choosePorts(given map[Part]int) (map[Part]int, error) {
	ports := maps.Clone(given)
	if ports == nil {
		ports = map[Part]int{}
	}
	var held []net.Listener // until all are found, so that no two are the same
	var errs error
	for _, part := range Parts() {
		if ports[part] != 0 {
			continue
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			errs = errors.Join(errs, err)
			break
		}
		held = append(held, l)
		ports[part] = l.Addr().(*net.TCPAddr).Port
	}
	for _, l := range held {
		errs = errors.Join(errs, l.Close())
	}
	return ports, errs
}
