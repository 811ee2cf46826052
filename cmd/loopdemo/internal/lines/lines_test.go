package lines_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
)

// teller is a sink that notes what it is told.
type teller struct{ told []string }

func (t *teller) At(line int)       { t.told = append(t.told, fmt.Sprint("at ", line)) }
func (t *teller) Enter() int        { t.told = append(t.told, "enter"); return 7 }
func (t *teller) Leave(caller int)  { t.told = append(t.told, fmt.Sprint("leave to ", caller)) }
func (t *teller) Print(text string) { t.told = append(t.told, fmt.Sprintf("print %q", text)) }

func TestSink(t *testing.T) {
	var sink teller
	lines.SetSink(&sink)
	defer lines.SetSink(nil)
	func() {
		defer lines.Leave(lines.Enter())
		lines.At(3)
		lines.Println("a", 1)
		lines.Printf("%d%%\n", 2)
		lines.Print("b", "c")
	}()
	require.Equal(t, []string{
		"enter", "at 3", `print "a 1\n"`, `print "2%\n"`, `print "bc"`, "leave to 7",
	}, sink.told)
}

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer := time.NewTimer(time.Second)
		lines.Sleep(time.Second)
		select {
		case <-timer.C:
		default:
			require.Fail(t, "the timer comes first")
		}
	})
}

// Without a sink, what is printed goes where it always goes.
func Example() {
	defer lines.Leave(lines.Enter())
	lines.At(1)
	lines.Println("hello", "world")
	lines.Printf("%d\n", 1)
	// Output:
	// hello world
	// 1
}
