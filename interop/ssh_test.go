package interop

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// x/crypto/ssh has goroutines of its own, and waits for them: both ends are for loop.Go.
func TestSSH(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	serve := func(co *coro.Co, c *streams.Conn) error {
		_, err := loop.GoDo(func(context.Context) error { return serveSSH(c, config) })(co)
		return err
	}
	served(t, serve, func(co *coro.Co, addr string) {
		c := dial(t, co, "tcp", addr)
		text := make([]byte, 1<<20)
		_, _ = rand.Read(text)
		goesOn(t, co, func() {
			got, err := loop.Go(func(context.Context) ([]byte, error) {
				conn, channels, requests, err := ssh.NewClientConn(c, addr, &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(signer.PublicKey())})
				if err != nil {
					return nil, err
				}
				client := ssh.NewClient(conn, channels, requests)
				defer client.Close()
				channel, _, err := client.OpenChannel("echo", nil)
				if err != nil {
					return nil, err
				}
				sent := make(chan error, 1)
				go func() {
					_, err := channel.Write(text)
					sent <- errors.Join(err, channel.CloseWrite())
				}()
				got, err := io.ReadAll(channel)
				return got, errors.Join(err, <-sent)
			})(co)
			require.NoError(t, err)
			require.True(t, string(text) == string(got))
		})
	})
}

// serveSSH echoes what comes in the channels of a connection.
func serveSSH(c *streams.Conn, config *ssh.ServerConfig) error {
	conn, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return err
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return err
		}
		go ssh.DiscardRequests(requests)
		_, err = io.Copy(channel, channel)
		if err := errors.Join(err, channel.Close()); err != nil {
			return err
		}
	}
	_ = conn.Wait() // which tells that the other side has closed it
	return nil
}
