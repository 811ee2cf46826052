package httpserver

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// An exchange is a request and its response.
type exchange struct {
	*conn
	req   *http.Request
	body  *body
	began bool // the response is under way
	last  bool // of the connection
}

func newExchange(k *conn, req *http.Request) *exchange {
	x := &exchange{conn: k, req: req}
	x.body = &body{ReadCloser: req.Body, conn: k, expected: expectsContinue(req) && req.ContentLength != 0}
	req.Body = x.body
	return x
}

// run has the handler answer, and reports whether the connection ends then. The error is the
// cancellation, or why the connection is of no use any more.
func (x *exchange) run(co *coro.Co) (last bool, err error) {
	task := coro.CreateTask(co, coro.Do(x.handle), coro.Name(x.req.Method+" "+x.req.URL.Path))
	err = coro.Await(co, task)
	if err != nil && !x.began && co.Task().Canceling() == 0 {
		err = x.answer(x.failed(task.Name(), err))
	}
	return x.last, err
}

// handle is the task of an exchange: what the handler has of it is good until all is sent.
func (x *exchange) handle(co *coro.Co) error {
	resp, err := x.Handler(co, x.req.WithContext(co.Context()))
	if err == nil {
		err = check(resp)
	}
	if err != nil {
		return err
	}
	return x.answer(resp)
}

func check(resp *http.Response) error {
	switch {
	case resp == nil:
		return errors.New("httpserver: the handler has returned neither a response nor an error")
	case resp.StatusCode < 200 || resp.StatusCode > 999:
		closeBody(resp)
		return fmt.Errorf("httpserver: the handler has answered with status %d; it is to be one from 200 on", resp.StatusCode)
	}
	return nil
}

// failed is the answer when a handler has failed: by its own fault, or that of a client whose body could
// not be read.
func (x *exchange) failed(name string, err error) *http.Response {
	status := http.StatusInternalServerError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case x.body.err == nil || !errors.Is(err, x.body.err):
		x.loop.CallExceptionHandler(future.ErrorContext{Message: "The handler of " + name + " has failed", Err: err})
	case errors.Is(err, os.ErrDeadlineExceeded):
		status = http.StatusRequestTimeout
	default:
		status = http.StatusBadRequest
	}
	return Text(status, http.StatusText(status)+"\n")
}

// answer sends a response; the end of it may be kept until there is nothing else to do.
func (x *exchange) answer(resp *http.Response) error {
	defer closeBody(resp)
	whole, err := x.body.readRest()
	if err != nil {
		return err
	}
	// What has come already is answered in any case, also when the Server ends.
	noMore := x.ending && x.r.Buffered() == 0
	x.last = resp.Close || x.req.Close || !whole || noMore || !x.req.ProtoAtLeast(1, 1)
	x.began = true
	err = x.complete(resp).Write(struct{ io.Writer }{x.w}) // without its ReadFrom, in the middle of which a stream would flush it
	if err == nil || x.out.err != nil || future.IsCanceled(err) {
		return err
	}
	_ = x.c.Abort() // so that nobody takes what has come for the whole
	return fmt.Errorf("httpserver: the body of a response: %v", err)
}

// complete is a response with what the handler has not said.
func (x *exchange) complete(resp *http.Response) *http.Response {
	out := *resp
	out.Request, out.Close, out.ProtoMajor, out.ProtoMinor, out.TransferEncoding = x.req, x.last, 1, 1, nil
	out.Header = out.Header.Clone()
	if out.Header == nil {
		out.Header = http.Header{}
	}
	out.Header.Set("Date", x.loop.Now().UTC().Format(http.TimeFormat))
	switch {
	case out.StatusCode == http.StatusNoContent || out.StatusCode == http.StatusNotModified:
		out.Body, out.ContentLength = nil, 0
	case out.Body != nil && out.Body != http.NoBody && out.ContentLength <= 0:
		out.Body, out.ContentLength = &stream{out.Body, x.w}, -1
		if x.req.ProtoAtLeast(1, 1) {
			out.TransferEncoding = []string{"chunked"}
		}
	}
	return &out
}

func closeBody(resp *http.Response) {
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
}
