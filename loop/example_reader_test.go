//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop_test

import (
	"fmt"
	"os"

	"github.com/ouro-loop/ouro/loop"
)

// A reader is called whenever there is something to read, until it is removed.
func ExampleLoop_AddReader() {
	r, w, err := os.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	defer w.Close()

	l := loop.New()
	defer l.Close()

	fd := int(r.Fd())
	_, err = l.AddReader(fd, func() {
		var buf [64]byte
		n, err := r.Read(buf[:])
		fmt.Printf("read %q %v\n", buf[:n], err)
		l.RemoveReader(fd)
		l.Stop()
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	l.CallSoon(func() { _, _ = w.WriteString("hello") })
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output: read "hello" <nil>
}

// A writer is called as long as there is room to write.
func ExampleLoop_AddWriter() {
	r, w, err := os.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	defer w.Close()

	l := loop.New()
	defer l.Close()

	lines := []string{"one", "two", "three"}
	fd := int(w.Fd())
	_, err = l.AddWriter(fd, func() {
		fmt.Println("room for", lines[0])
		_, _ = w.WriteString(lines[0])
		if lines = lines[1:]; len(lines) == 0 {
			l.RemoveWriter(fd)
			l.Stop()
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := l.RunForever(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// room for one
	// room for two
	// room for three
}
