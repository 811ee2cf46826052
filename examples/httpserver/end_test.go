package httpserver_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/httpserver"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/streams"
)

// Whenever the server ends, what came before that is answered, and the last answer says that it is.
func TestEndLosesNothing(t *testing.T) {
	looptest.Explore(t, func(t *looptest.T, co *coro.Co) error {
		s := &httpserver.Server{Handler: app}
		c, task := connect(co, s)
		defer c.Close()
		if _, err := c.Write([]byte(get("/slow") + get("/a") + get("/slow"))); err != nil {
			return err
		}
		if err := t.Delay(co, 0, 10*time.Second); err != nil {
			return err
		}
		ended := co.Time()
		s.End(t.Loop())
		got, err := streams.NewReader(c).ReadAll(co)
		want := ok("/slow") + ok("/a") + last("200 OK", "/slow")
		if ended >= 6*time.Second { // all was answered, and nobody could know
			want = ok("/slow") + ok("/a") + ok("/slow")
		}
		t.Sometimes("it was idle", ended > 6*time.Second)
		t.Sometimes("it was not", ended < 6*time.Second)
		if ended != 6*time.Second { // at that moment either may be
			require.Equal(t, anyDate(want), anyDate(string(got)))
		}
		if ended > 6*time.Second {
			require.Equal(t, ended+time.Second, co.Time())
		}
		return errors.Join(err, coro.Await(co, task))
	}, looptest.SlowSteps(false), looptest.Runs(300), looptest.Within(time.Hour))
}

// A request that was on its way when the server ended is answered, too.
func TestEndWaitsForLastRequest(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		s := &httpserver.Server{Handler: app}
		c, task := connect(co, s)
		defer c.Close()
		require.NoError(t, coro.Sleep(co, time.Second))
		s.End(loop.Of(co))
		require.NoError(t, coro.Sleep(co, 900*time.Millisecond))
		_, err := c.Write([]byte(get("/a")))
		require.NoError(t, err)
		got, err := streams.NewReader(c).ReadAll(co)
		require.NoError(t, err)
		require.Equal(t, anyDate(last("200 OK", "/a")), anyDate(string(got)))
		require.NoError(t, coro.Await(co, task))
	}, loop.ReportLeaks(true))
}

// Who has just come is not waited for as long as usual.
func TestEndBeforeFirstRequest(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		s := &httpserver.Server{Handler: app}
		c, task := connect(co, s)
		defer c.Close()
		s.End(loop.Of(co)) // before the task has begun
		require.NoError(t, coro.Await(co, task))
		require.Equal(t, time.Second, co.Time())
	}, loop.ReportLeaks(true))
}

// A handler that leaves a task behind which reads its body, stops nobody: net/http's own would stop the
// loop, which waits for its mutex.
func TestBodyInUse(t *testing.T) {
	var reports []string
	testkit.Run(t, func(co *coro.Co) {
		var reader *coro.Task[[]byte]
		handler := func(co *coro.Co, req *http.Request) (*http.Response, error) {
			reader = coro.CreateTask(co, coro.Func[[]byte](func(*coro.Co) ([]byte, error) { return io.ReadAll(req.Body) }))
			if err := coro.Sleep(co, 0); err != nil {
				return nil, err
			}
			_, err := io.ReadAll(req.Body)
			return nil, err
		}
		c, task := connect(co, &httpserver.Server{Handler: handler})
		_, err := c.Write([]byte(post("/echo", "hello")[:len(post("/echo", "hello"))-1]))
		require.NoError(t, err)
		got, err := streams.NewReader(c).ReadAll(co)
		require.NoError(t, err)
		require.Equal(t, anyDate(last("500 Internal Server Error", "Internal Server Error\n")), anyDate(string(got)))
		require.NoError(t, c.Close())
		require.NoError(t, coro.Await(co, task))
		_, err = reader.Await(co)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}, loop.ReportLeaks(true), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		reports = append(reports, c.Err.Error())
	}))
	require.Equal(t, []string{"httpserver: another task reads this body; one at a time may"}, reports)
}
