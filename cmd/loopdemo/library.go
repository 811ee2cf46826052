package main

import (
	"fmt"
	"io"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/library"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/live/build"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
)

// newLibrary is what the teaching page shows. If live runs are wanted and cannot be had, it
// says on w why.
func newLibrary(live bool, w io.Writer) page.Library {
	if live {
		lib, err := build.New()
		if err == nil {
			return lib
		}
		fmt.Fprintf(w, "Recorded runs only: %v.\n", err)
	}
	return library.Library{}
}
