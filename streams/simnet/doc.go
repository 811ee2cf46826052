// Package simnet is a network that is simulated, for programs that use package streams: latency, loss,
// partitions, hosts that crash, all by one seed, so that a run can be repeated to the byte.
//
//	net := simnet.New(co, simnet.Latency(time.Millisecond, 30*time.Millisecond), simnet.Loss(0.01))
//	net.Host("server").Go(co, func(co *coro.Co) error {
//		ln, err := streams.Listen(co, "tcp", ":80")
//		if err != nil {
//			return err
//		}
//		return streams.Serve(co, ln, handler).ServeForever(co)
//	})
//	err := net.Host("client").Run(co, func(co *coro.Co) error {
//		conn, err := streams.Dial(co, "tcp", "server:80")
//		...
//	})
//
// What runs on a host, and the tasks that it creates, has streams.Dial, Listen and those for datagrams
// look there; the program need not know. Time is the loop's: on a virtual clock an hour takes
// moments, and package looptest tries orders of what arrives at one time.
//
// # What is simulated
//
// Of TCP: the handshake, and that a port may be refused; order; the loss of packets as the time until
// they are sent again; windows, so that a slow reader holds its writer up; half-close; resets, where
// a connection is closed with something unread, aborted, or written to after it has ended; partitions and
// dead hosts, where what is sent waits, for a quarter of an hour, and arrives when they heal. There is no
// congestion control. Datagrams are lost, late, and overtake each other.
//
// The hosts have names and no IP addresses. One reaches itself as localhost, too, at once and without loss.
package simnet
