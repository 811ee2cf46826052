package streams_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/streams"
)

// What io.Copy of a file does at each answer of the kernel's; and a Writer that is used meanwhile.
func TestScriptedSendFile(t *testing.T) {
	for _, test := range []struct {
		name   string
		writes []answer
		do     []string // after the copy has begun
		want   trace
	}{
		// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_blocking_error
		{"later", all(again, took(2), again, took(2), took(0)), []string{"ready", "ready"}, `
			  send file: again
			ready
			  send file: 2
			  send file: again
			ready
			  send file: 2
			  send file: 0
			sent 4`},
		// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_not_available
		// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_os_error_first_call
		// CPython: test_base_events.BaseLoopSockSendfileTests.test__sock_sendfile_native_failure
		// CPython: test_base_events.BaseLoopSockSendfileTests.test_sock_sendfile_fallback
		// CPython: test_sendfile.SendfileMixin.test_sendfile_force_fallback
		{"not at all", all(fails(errors.ErrUnsupported), took(4)), nil, `
			  send file: unsupported operation
			  write "data": 4
			sent 4`},
		// CPython: test_sendfile.SendfileMixin.test_sendfile_fallback_close_peer_in_the_middle_of_receiving
		{"not at all, to nobody", all(fails(errors.ErrUnsupported), took(1), lost), nil, `
			  send file: unsupported operation
			  write "data": 1
			  write "ata": broken pipe
			sent 1 = lost`},
		// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_os_error_next_call
		{"an error in the middle", all(took(2), lost), []string{"write more"}, `
			  send file: 2
			  send file: broken pipe
			sent 2 = lost
			write more
			  = lost`},
		// CPython: test_unix_events.SelectorEventLoopUnixSockSendfileTests.test_sock_sendfile_exception
		{"no more in the middle", all(took(2), fails(errors.ErrUnsupported)), nil, `
			  send file: 2
			  send file: unsupported operation
			sent 2 = write script here->there: unsupported operation`},
		// CPython: test_sendfile.SendfileMixin.test_sendfile_prevents_bare_write
		{"a Writer in the middle", all(took(2), again, took(2), took(0), took(4)), []string{"write more", "ready"}, `
			  send file: 2
			  send file: again
			write more
			  keeps 4
			ready
			  send file: 2
			  send file: 0
			  write "more": 4
			sent 4`},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(path, []byte("data"), 0o600))
			testkit.Run(t, func(co *coro.Co) {
				s := newScript(co, nil, test.writes)
				c := s.conn(t, co)
				f, err := os.Open(path)
				require.NoError(t, err)
				defer f.Close()
				testkit.Spawn(co, func(co *coro.Co) error {
					n, err := io.Copy(c, f)
					if err == nil {
						s.trace.Add("sent %d", n)
					} else {
						s.trace.Add("sent %d = %s", n, outcome(err))
					}
					return nil
				})
				testkit.Pass(t, co, 2)
				s.follow(co, c, test.do)
				testkit.Pass(t, co, 2)
				require.Equal(t, test.want.text(), strings.Join(s.trace, "\n"))
				require.NoError(t, streams.NewWriter(c).Close())
			})
		})
	}
}
