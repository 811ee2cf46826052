package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
)

// newServe makes the command that serves the teaching page.
func newServe() *cobra.Command {
	addr := address("127.0.0.1:8080")
	var live bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the teaching page: every demo step by step, in a browser",
		Long: `Serve the teaching page: every demo step by step, forward and back, in a browser.

Nobody else can see it, unless --addr has an address of this machine that others
reach. It needs nothing from the network. Ctrl-C ends it.`,
		Example: `  loopdemo serve
  loopdemo serve --addr 127.0.0.1:0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := page.Listen(string(addr))
			if err != nil {
				return &pageError{err}
			}
			announce(cmd.OutOrStdout(), l.Addr())
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			context.AfterFunc(ctx, stop) // the second Ctrl-C does what one does without this
			if err := page.Serve(ctx, l, page.New(newLibrary(live, cmd.OutOrStdout()), page.HostsOf(string(addr), l.Addr()))); err != nil {
				return &pageError{err}
			}
			return nil
		},
	}
	cmd.Flags().Var(&addr, "addr",
		"`HOST:PORT` to listen on; port 0 is any that is free, and no\nhost is every address of this machine")
	liveFlag(cmd, &live)
	return cmd
}

// announce tells where the page is, and who can see it if not only this machine.
func announce(w io.Writer, bound net.Addr) {
	host, others := bound.String(), true
	if tcp, ok := bound.(*net.TCPAddr); ok {
		others = !tcp.IP.IsLoopback()
		if tcp.IP.IsUnspecified() {
			host = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
		}
	}
	fmt.Fprintf(w, "http://%s/ (Ctrl-C ends it)\n", host)
	if others {
		fmt.Fprintf(w, "Others can see it too: it listens on %s, as --addr says.\n", bound)
	}
}

// liveFlag is the flag of live runs.
func liveFlag(cmd *cobra.Command, live *bool) {
	cmd.Flags().BoolVar(live, "live", true,
		"run programs in the browser too, if it is asked to: what it\nruns is built here, by a go command, from loopdemo's sources")
}

// newExport makes the command that writes the teaching page into a directory.
func newExport() *cobra.Command {
	var live bool
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write the teaching page as files, for any web server or a disk",
		Long: `Write the teaching page as files. Any web server serves them, and DIR/index.html also
opens from a disk, without a server.

DIR is made if there is none. If it is not empty it has to be an earlier export, whose
files are replaced; other files in it stay.`,
		Example: `  loopdemo export /tmp/ouro-page`,
		Args:    oneDirectory,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := page.Export(args[0], newLibrary(live, cmd.OutOrStdout())); err != nil {
				return &pageError{err}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The page is in %s: open index.html.\n", args[0])
			return nil
		},
	}
	liveFlag(cmd, &live)
	return cmd
}

func oneDirectory(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("export takes one directory to write into, such as ./page")
	}
	return nil
}

// pageError is why the page could not be served or written.
type pageError struct{ err error }

func (e *pageError) Error() string { return e.err.Error() }
func (e *pageError) Unwrap() error { return e.err }
