//go:build unix

package portscan_test

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/portscan"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// One port at which somebody listens, and one at which somebody has.
func Example() {
	err := loop.Main(func(co *coro.Co) error {
		var ports []uint16
		for range 2 {
			ln, err := streams.Listen(co, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer ln.Close()
			if ports = append(ports, uint16(ln.Addr().(*net.TCPAddr).Port)); len(ports) == 2 {
				_ = ln.Close()
			}
		}
		s := &portscan.Scanner{AtOnce: 10, Every: time.Millisecond, Timeout: time.Minute}
		results, err := s.Scan(co, netip.MustParseAddr("127.0.0.1"), ports)
		for _, r := range results {
			fmt.Println(r.State)
		}
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// open
	// closed
}
