// Generate renews the recorded runs of loopdemo's programs. It is run in the directory of
// loopdemo, by
//
//	go generate ./cmd/loopdemo
//
// The runs in Python are recorded on CPython 3.13. Without that or a later one it renews only
// what is Go.
//
// With -overlay DIR it only writes woven copies of the programs into that directory, and
// prints the path of the file for go build -overlay: what is built so tells its lines, as the
// programs of a page have to that are run while one looks.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned/renew"
)

var overlay = flag.String("overlay", "", "only write an overlay into this `directory`")

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run() error {
	if *overlay != "" {
		return writeOverlay(*overlay)
	}
	python, err := renew.FindPython()
	if errors.Is(err, renew.ErrNoPython) {
		fmt.Fprintln(os.Stderr, "generate:", err, "(the runs in Python stay as they are)")
	} else if err != nil {
		return err
	}
	recordings, err := renew.Renew(".", python)
	if err != nil {
		return err
	}
	return renew.Write(".", recordings)
}

func writeOverlay(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	file, err := renew.Overlay(".", dir)
	if err == nil {
		fmt.Println(file)
	}
	return err
}
