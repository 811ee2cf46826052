package interop

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/queues"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/subprocess"
)

// secured are the ways to have TLS in coroutines.
var secured = []struct {
	name   string
	served func(t *testing.T, config *tls.Config, handler func(co *coro.Co, c net.Conn) error, test func(co *coro.Co, addr string))
	dial   func(co *coro.Co, addr string, config *tls.Config) (net.Conn, error)
}{
	{
		name: "crypto/tls on a Conn",
		served: func(t *testing.T, config *tls.Config, handler func(co *coro.Co, c net.Conn) error, test func(co *coro.Co, addr string)) {
			served(t, func(co *coro.Co, c *streams.Conn) error {
				secure := tls.Server(c, config)
				return errors.Join(handler(co, secure), secure.Close())
			}, test)
		},
		dial: func(co *coro.Co, addr string, config *tls.Config) (net.Conn, error) {
			c, err := streams.Dial(co, "tcp", addr)
			if err != nil {
				return nil, err
			}
			return tls.Client(c, config), nil
		},
	},
	{
		name: "streams",
		served: func(t *testing.T, config *tls.Config, handler func(co *coro.Co, c net.Conn) error, test func(co *coro.Co, addr string)) {
			served(t, func(co *coro.Co, c *streams.Conn) error { return handler(co, c) }, test, streams.TLS(config))
		},
		dial: func(co *coro.Co, addr string, config *tls.Config) (net.Conn, error) {
			return streams.DialTLS(co, "tcp", addr, config)
		},
	},
}

// capitals answers each line in capitals.
func capitals(co *coro.Co, c net.Conn) error {
	r := streams.NewReader(c)
	for {
		line, err := r.ReadLine(co)
		if err != nil || len(line) == 0 {
			return err
		}
		if _, err := c.Write(bytes.ToUpper(line)); err != nil {
			return err
		}
	}
}

// A talk is a program that is spoken with.
type talk struct {
	t  *testing.T
	co *coro.Co
	*subprocess.Process
}

func startTalk(t *testing.T, co *coro.Co, cmd *exec.Cmd) *talk {
	t.Helper()
	p, err := subprocess.Start(co, cmd, subprocess.Stdin|subprocess.Stdout|subprocess.Stderr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Kill() }) // if the test has failed
	return &talk{t, co, p}
}

func (p *talk) say(line string) {
	p.t.Helper()
	_, err := p.Stdin.WriteString(line + "\n")
	require.NoError(p.t, err)
}

// hear reads up to the first line that contains a text.
func (p *talk) hear(from *streams.Reader, text string) string {
	p.t.Helper()
	for {
		line, err := from.ReadLine(p.co)
		require.NoError(p.t, err)
		require.NotEmpty(p.t, line, "it has ended, and not said %q", text)
		if strings.Contains(string(line), text) {
			return strings.TrimSpace(string(line))
		}
	}
}

func (p *talk) ended() {
	p.t.Helper()
	code, err := p.Wait(p.co)
	require.NoError(p.t, err)
	require.Zero(p.t, code)
	p.Close()
}

// updateKeys has it ask for new keys, which both sides change, and then has a line echoed, many times. It
// takes the letter for a command where nothing else comes with it, so taken waits until it has read it.
func (p *talk) updateKeys(taken, echo func(line string)) {
	p.t.Helper()
	for i := range 20 {
		line := fmt.Sprint("hello ", i)
		p.say("K")
		taken(line)
		echo(line)
	}
}

// OpenSSL's client talks to our server.
func TestOpenSSLClient(t *testing.T) {
	openssl := program(t, "openssl")
	server, _ := certified(t)
	pem := inFile(t, server)
	for _, way := range secured {
		client := func(addr string, more ...string) *exec.Cmd {
			args := []string{"s_client", "-connect", addr, "-servername", "localhost", "-CAfile", pem, "-verify_return_error"}
			return exec.Command(openssl, append(args, more...)...)
		}
		t.Run(way.name+", lines and new keys", func(t *testing.T) {
			way.served(t, server, capitals, func(co *coro.Co, addr string) {
				p := startTalk(t, co, client(addr, "-brief"))
				p.updateKeys(func(string) { p.hear(p.Stderr, "KEYUPDATE") }, func(line string) {
					p.say(line)
					require.Equal(t, strings.ToUpper(line), p.hear(p.Stdout, "HELLO"))
				})
				p.say("Q")
				p.ended()
			})
		})
		t.Run(way.name+", a megabyte each way", func(t *testing.T) {
			text := make([]byte, 1<<20)
			_, _ = rand.Read(text)
			back := func(_ *coro.Co, c net.Conn) error {
				got := make([]byte, len(text))
				if _, err := io.ReadFull(c, got); err != nil {
					return err
				}
				_, err := c.Write(got)
				return err
			}
			way.served(t, server, back, func(co *coro.Co, addr string) {
				require.True(t, string(text) == outputOf(t, co, client(addr, "-quiet"), string(text)))
			})
		})
	}
}

// Two tasks write, without an end, while the other side asks for new keys, which the one that reads has to
// answer.
func TestOpenSSLNewKeysAmidWrites(t *testing.T) {
	openssl := program(t, "openssl")
	server, _ := certified(t)
	pem := inFile(t, server)
	lines := []string{strings.Repeat("a", 2000) + "\n", strings.Repeat("b", 2000) + "\n"}
	var heard queues.Queue[string]
	handler := func(co *coro.Co, c *streams.Conn) error {
		var writers []*coro.Task[coro.None]
		for _, line := range lines {
			writers = append(writers, coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				for {
					if _, err := io.WriteString(c, line); err != nil {
						return err
					}
				}
			})))
		}
		r := streams.NewReader(c)
		line, err := r.ReadLine(co)
		for err == nil && string(line) != "enough\n" {
			if err := heard.Put(co, string(line)); err != nil {
				return err
			}
			line, err = r.ReadLine(co)
		}
		for _, w := range writers {
			w.Cancel()
			if ended := coro.Await(co, w); !future.IsCanceled(ended) {
				err = errors.Join(err, ended)
			}
		}
		return err
	}
	served(t, handler, func(co *coro.Co, addr string) {
		p := startTalk(t, co, exec.Command(openssl, "s_client", "-connect", addr, "-CAfile", pem, "-verify_return_error", "-brief"))
		written := coro.CreateTask(co, p.Stdout.ReadAll)
		p.updateKeys(func(string) { p.hear(p.Stderr, "KEYUPDATE") }, func(line string) {
			p.say(line)
			got, err := heard.Get(co)
			require.NoError(t, err)
			require.Equal(t, line+"\n", got)
		})
		p.say("enough")
		all, err := written.Await(co)
		require.NoError(t, err)
		counts := map[string]int{}
		for line := range strings.Lines(string(all)) {
			counts[line]++
		}
		require.Greater(t, counts[lines[0]], 1)
		require.Greater(t, counts[lines[1]], 1)
		require.LessOrEqual(t, len(counts), 4, "only those that were canceled may be broken off")
		p.ended()
	}, streams.TLS(server))
}

// Our client talks to OpenSSL's servers.
func TestOpenSSLServer(t *testing.T) {
	openssl := program(t, "openssl")
	server, client := certified(t)
	pem := inFile(t, server)
	start := func(t *testing.T, co *coro.Co, dir string, more ...string) (p *talk, addr string) {
		args := append([]string{"s_server", "-accept", "127.0.0.1:0", "-cert", pem, "-key", pem}, more...)
		cmd := exec.Command(openssl, args...)
		cmd.Dir = dir
		p = startTalk(t, co, cmd)
		return p, strings.TrimPrefix(p.hear(p.Stdout, "ACCEPT"), "ACCEPT ")
	}
	kill := func(co *coro.Co, p *talk) {
		require.NoError(t, p.Kill())
		_, err := p.Wait(co)
		require.NoError(t, err)
		p.Close()
	}
	for _, way := range secured {
		t.Run(way.name+", lines and new keys", func(t *testing.T) {
			run(t, func(co *coro.Co) {
				p, addr := start(t, co, "")
				c, err := way.dial(co, addr, client)
				require.NoError(t, err)
				r := streams.NewReader(c)
				say := func(line string) { // it looks at what it is told here first
					_, err := io.WriteString(c, line+"\n")
					require.NoError(t, err)
					p.hear(p.Stdout, line)
				}
				say("here I am")
				p.updateKeys(say, func(line string) {
					p.say(line)
					got, err := r.ReadLine(co)
					require.NoError(t, err)
					require.Equal(t, line+"\n", string(got))
				})
				require.NoError(t, c.Close())
				kill(co, p)
			})
		})
		t.Run(way.name+", a file", func(t *testing.T) {
			dir, text := t.TempDir(), make([]byte, 8<<20)
			_, _ = rand.Read(text)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), text, 0o600))
			run(t, func(co *coro.Co) {
				p, addr := start(t, co, dir, "-WWW")
				c, err := way.dial(co, addr, client)
				require.NoError(t, err)
				goesOn(t, co, func() {
					_, err = io.WriteString(c, "GET /file HTTP/1.0\r\n\r\n")
					require.NoError(t, err)
					got, err := io.ReadAll(c)
					require.NoError(t, err)
					_, body, _ := bytes.Cut(got, []byte("\r\n\r\n"))
					require.True(t, bytes.Equal(text, body))
				})
				require.NoError(t, c.Close())
				kill(co, p)
			})
		})
	}
}
