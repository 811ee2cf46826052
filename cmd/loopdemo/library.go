package main

import (
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/library"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
)

// newLibrary is what the teaching page shows.
func newLibrary() page.Library { return library.Library{} }
