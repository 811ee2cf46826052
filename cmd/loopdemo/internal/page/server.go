package page

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"syscall"
	"time"
)

// Limits of the server. A request is a few lines, and the largest answer some megabytes.
const (
	timeToAsk    = 10 * time.Second
	timeToAnswer = time.Minute
	timeIdle     = 2 * time.Minute
	timeToFinish = 2 * time.Second
	largestHead  = 64 << 10
)

// Listen listens on an address, HOST:PORT. Without a host that is every address of the machine, port 0 is any that is
// free.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if isInUse(err) {
		return nil, fmt.Errorf("%s is in use; port 0 takes one that is free", address)
	}
	return l, err
}

func isInUse(err error) bool {
	const windows = syscall.Errno(10048) // WSAEADDRINUSE
	return errors.Is(err, syscall.EADDRINUSE) || runtime.GOOS == "windows" && errors.Is(err, windows)
}

// Serve serves until ctx is done, or the listener fails. Then it closes the listener, and gives answers that have begun
// two seconds. The end of ctx is no error.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: timeToAsk,
		ReadTimeout:       timeToAsk,
		WriteTimeout:      timeToAnswer,
		IdleTimeout:       timeIdle,
		MaxHeaderBytes:    largestHead,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeToFinish)
	defer cancel()
	if err := server.Shutdown(finish); err != nil {
		_ = server.Close()
	}
	return nil
}
