// Ourovet finds what makes the code of coroutines nondeterministic. It is a vet tool, and does
// without go vet as well:
//
//	go install github.com/ouro-loop/ouro/cmd/ourovet@latest
//	go vet -vettool=$(which ourovet) ./...
//	ourovet ./...
//
// What it finds and how a finding is answered is told by "ourovet help determinism".
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"

	"github.com/ouro-loop/ouro/cmd/ourovet/determinism"
)

// As a multichecker it has the same flags in both uses.
func main() { multichecker.Main(determinism.Analyzer) }
