package simnet

import (
	"net"
	"strconv"
	"strings"
)

// Addr is an address in a Network.
type Addr struct {
	Net  string // "tcp" or "udp"
	Host string
	Port int
}

// Network is "tcp" or "udp".
func (a Addr) Network() string { return a.Net }

// String is such as "server:80".
func (a Addr) String() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// isLocal reports whether it is the name by which each host knows itself.
func isLocal(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// familyOf is "tcp" for "tcp4", too.
func familyOf(network, family string) error {
	if network == family || network == family+"4" || network == family+"6" {
		return nil
	}
	return net.UnknownNetworkError(network)
}

// resolve is an address as this host has it. One without a host is its own.
func (h *Host) resolve(family, addr string) (Addr, error) {
	name, service, err := net.SplitHostPort(addr)
	if err != nil {
		return Addr{}, err
	}
	port, err := strconv.Atoi(service)
	if err != nil || port < 0 || port > 65535 {
		if port, err = net.LookupPort(family, service); err != nil {
			return Addr{}, err
		}
	}
	switch name = strings.TrimSuffix(name, "."); {
	case name == "", name == "0.0.0.0", name == "::", isLocal(name):
		name = h.name
	case h.net.hosts[name] == nil:
		return Addr{}, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return Addr{family, name, port}, nil
}
