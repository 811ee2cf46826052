//go:build unix

package streams

import (
	"errors"
	"net"
	"strconv"

	"golang.org/x/sys/unix"
)

// addrOf is the address of a peer, which is of the kind that like is.
func addrOf(sa unix.Sockaddr, like net.Addr) net.Addr {
	var ip net.TCPAddr
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		ip = net.TCPAddr{IP: net.IP(sa.Addr[:]), Port: sa.Port}
	case *unix.SockaddrInet6:
		ip = net.TCPAddr{IP: net.IP(sa.Addr[:]), Port: sa.Port}
		if sa.ZoneId != 0 {
			if i, err := net.InterfaceByIndex(int(sa.ZoneId)); err == nil {
				ip.Zone = i.Name
			}
		}
	case *unix.SockaddrUnix:
		return &net.UnixAddr{Net: like.Network(), Name: sa.Name}
	default:
		return &net.UnixAddr{Net: like.Network()}
	}
	if _, ok := like.(*net.UDPAddr); ok {
		return (*net.UDPAddr)(&ip)
	}
	return &ip
}

func inet4(to *net.UDPAddr) (unix.Sockaddr, error) {
	ip := to.IP.To4()
	if ip == nil {
		if len(to.IP) > 0 {
			return nil, &net.AddrError{Err: "an IPv6 address on an IPv4 socket", Addr: to.IP.String()}
		}
		ip = net.IPv4zero.To4()
	}
	return &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(ip)}, nil
}

func inet6(to *net.UDPAddr) (unix.Sockaddr, error) {
	ip := to.IP.To16()
	if ip == nil {
		ip = net.IPv6zero
	}
	sa := &unix.SockaddrInet6{Port: to.Port, Addr: [16]byte(ip)}
	if to.Zone != "" {
		if i, err := net.InterfaceByName(to.Zone); err == nil {
			sa.ZoneId = uint32(i.Index)
		} else if n, err := strconv.ParseUint(to.Zone, 10, 32); err == nil {
			sa.ZoneId = uint32(n)
		} else {
			return nil, errors.New("streams: no network interface is called " + to.Zone)
		}
	}
	return sa, nil
}
