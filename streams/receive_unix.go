//go:build unix && (race || !linux || !(amd64 || arm64))

package streams

import "golang.org/x/sys/unix"

// The race detector wants to be told of reads and writes.
func receive(fd int, p []byte) (int, error) { return unix.Read(fd, p) }
func send(fd int, p []byte) (int, error)    { return unix.Write(fd, p) }

func pollRead(fd int) (int, error) {
	return unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
}
