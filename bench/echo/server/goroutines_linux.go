package main

import "net"

// goroutines has one for each connection.
func goroutines() error {
	ln, err := net.Listen("tcp", listenAddr)
	if err != nil {
		return err
	}
	announce(ln.Addr())
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { _ = c.Close() }()
			p := make([]byte, bufferSize)
			for {
				n, err := c.Read(p)
				if err != nil {
					return
				}
				if _, err := c.Write(p[:n]); err != nil {
					return
				}
			}
		}()
	}
}
