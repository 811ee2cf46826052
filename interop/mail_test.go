package interop

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/streams"
)

// A mailbox is a mail server, on net/textproto. What comes is kept.
type mailbox struct {
	config *tls.Config
	mails  []string
}

func (m *mailbox) serve(_ *coro.Co, c *streams.Conn) error {
	text := textproto.NewConn(c)
	if err := text.PrintfLine("220 here"); err != nil {
		return err
	}
	for {
		line, err := text.ReadLine()
		if err != nil {
			return err
		}
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		answer := "250 fine"
		switch verb {
		case "EHLO":
			answer = "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN"
		case "STARTTLS":
			if err := text.PrintfLine("220 go on"); err != nil {
				return err
			}
			text = textproto.NewConn(tls.Server(c, m.config))
			continue
		case "AUTH":
			answer = "235 welcome"
		case "DATA":
			if err := text.PrintfLine("354 say it"); err != nil {
				return err
			}
			mail, err := io.ReadAll(text.DotReader())
			if err != nil {
				return err
			}
			m.mails = append(m.mails, string(mail))
		case "QUIT":
			return errors.Join(text.PrintfLine("221 good bye"), text.Close())
		}
		if err := text.PrintfLine("%s", answer); err != nil {
			return err
		}
	}
}

// net/smtp sends a mail, under TLS from STARTTLS on.
func TestSMTP(t *testing.T) {
	server, client := certified(t)
	box := &mailbox{config: server}
	served(t, box.serve, func(co *coro.Co, addr string) {
		const mails = 10
		mail := "Subject: hello\n\n" + strings.Repeat(".a line that begins with a dot\n", 20_000)
		goesOn(t, co, func() {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				for range mails {
					coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return send(dial(t, co, "tcp", addr), client, mail) }))
				}
				return nil
			})
			require.NoError(t, err)
		})
		require.Len(t, box.mails, mails)
		for _, got := range box.mails {
			require.True(t, mail == got)
		}
	})
}

func send(conn *streams.Conn, config *tls.Config, mail string) error {
	c, err := smtp.NewClient(conn, config.ServerName)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.StartTLS(config); err != nil {
		return err
	}
	if err := c.Auth(smtp.PlainAuth("", "user", "secret", config.ServerName)); err != nil {
		return err
	}
	if err := errors.Join(c.Mail("me@example.org"), c.Rcpt("you@example.org")); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, mail)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	return c.Quit()
}

// net/textproto has its callers send requests and read answers in turn. Tasks whose turn it is not wait
// on a channel, and would stop the loop: each has a connection, or a lock.
func TestTextproto(t *testing.T) {
	echo := func(_ *coro.Co, c *streams.Conn) error {
		r := textproto.NewReader(bufio.NewReader(c))
		for {
			line, err := r.ReadLine()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := textproto.NewWriter(bufio.NewWriter(c)).PrintfLine("200-%s\r\n200 done", line); err != nil {
				return err
			}
		}
	}
	served(t, echo, func(co *coro.Co, addr string) {
		c := textproto.NewConn(dial(t, co, "tcp", addr))
		defer c.Close()
		goesOn(t, co, func() {
			for range 100 {
				id, err := c.Cmd("hello")
				require.NoError(t, err)
				c.StartResponse(id)
				code, text, err := c.ReadResponse(200)
				c.EndResponse(id)
				require.NoError(t, err)
				require.Equal(t, 200, code)
				require.Equal(t, "hello\ndone", text)
			}
		})
	})
}
