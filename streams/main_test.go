package streams_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/ouro-loop/ouro/streams"
)

// All tests run twice: with the system's own way to wait for sockets, and with goroutines that do.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && flag.Lookup("test.list").Value.String() == "" && streams.UseGoroutines() {
		fmt.Println("and with goroutines that wait for the sockets:")
		code = m.Run()
	}
	os.Exit(code)
}
