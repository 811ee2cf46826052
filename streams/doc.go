// Package streams has connections for coroutines: what asyncio's streams are.
//
// A [Conn] is a net.Conn that suspends the coroutine that uses it, and not the loop. So code that knows
// nothing of coroutines can be given one, and does its reading and writing in the coroutine that
// calls it. A [Reader] reads lines, up to separators, and exactly so many bytes; a [Writer] keeps
// what cannot be sent at once, and has Drain.
//
//	func serve(co *coro.Co, conn *streams.Conn) error {
//		r, w := streams.NewReader(conn), streams.NewWriter(conn)
//		for {
//			line, err := r.ReadLine(co)
//			if err != nil || len(line) == 0 {
//				return err
//			}
//			if _, err := w.Write(line); err != nil {
//				return err
//			}
//			if err := w.Drain(co); err != nil {
//				return err
//			}
//		}
//	}
//
// A connection belongs to one loop. [StartTLS] and [DialTLS] make one with TLS, of which all this is true
// as well.
//
// # Cancellation
//
// A Read that is canceled has taken nothing. A Write that is canceled has sent as many bytes as it
// returns. What a method of Reader has read when it is canceled, or fails, stays in the Reader.
//
// # Differences from asyncio
//
// There are no protocols and no transports: a task that reads takes their place. A Reader reads when
// it is asked, and not ahead.
package streams
