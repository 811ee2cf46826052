//go:build !unix

package streams

var native sockets = goroutines{}
