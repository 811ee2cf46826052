package main

import (
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page/sample"
)

// newLibrary is what the teaching page shows: for now the samples, a few runs that are
// written by hand.
func newLibrary() page.Library { return sample.Library() }
