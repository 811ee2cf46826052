package main

import (
	"io"
	"os"
)

// watchStdout has failed called with the first error in writing to the standard
// output, as soon as there is one. Demos print as most programs do, without a look at
// fmt.Println's error; so os.Stdout becomes a pipe, from which a goroutine copies.
// What it returns waits until all that was printed is written, and must be called
// before the process ends.
func watchStdout(failed func(error)) (written func()) {
	real := os.Stdout
	r, w, err := os.Pipe()
	if err != nil { // as in a browser: then without
		return func() {}
	}
	os.Stdout = w
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := io.Copy(real, r); err != nil {
			failed(err)
		}
	}()
	return func() {
		_ = w.Close() // the copy's end; what is printed later is lost
		<-done
		os.Stdout = real
	}
}
