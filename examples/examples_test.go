// Package examples runs the programs in its directories.
package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExamples: each program prints what it is to, in a process of its own.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	bin := t.TempDir()
	out, err := exec.Command(tool, "build", "-o", bin, "./...").CombinedOutput()
	require.NoError(t, err, "%s", out)

	want := map[string]string{"game": game, "gui": gui, "lockedthread": lockedthread, "order": order}
	if runtime.GOOS == "linux" { // elsewhere it does not know its thread
		want["lockedthread"] += "steps on another thread: 0\n"
	}
	programs, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	programs = slices.DeleteFunc(programs, func(program string) bool {
		_, err := os.Stat(filepath.Join(filepath.Dir(program), "go.mod"))
		return err == nil // a module of its own, with its own tests
	})
	require.Len(t, programs, len(want))
	for _, program := range programs {
		name := filepath.Dir(program)
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), filepath.Join(bin, name)).CombinedOutput()
			require.NoError(t, err, "%s", out)
			if name == "order" { // its services run side by side
				lines := strings.SplitAfter(string(out), "\n")
				slices.Sort(lines[:max(0, len(lines)-5)])
				out = []byte(strings.Join(lines, ""))
			}
			require.Equal(t, strings.TrimPrefix(want[name], "\n"), string(out))
		})
	}
}

const game = `
frame   0  @........G..
frame   5  .@.......G..
frame  10  .@......G...
frame  11  ..@.....G...
frame  19  ..@....G....
frame  27  .@*....G....
frame  29  .@*...G.....
frame  33  @.*...G.....
frame  38  @.*..G......
frame  47  @.*.G.......
frame  57  @.*G........
frame  58  @..$........
frame  65  .@.$........
frame  71  ..@$........
frame  77  ...@........
after 1.232s: won true
`

const gui = `
[ ready                ]
click: launch
[ checking the fuel    ]
[ the fuel is a47ca14a ]
[ 3                    ]
[ 2                    ]
click: abort
[ aborted              ]
click: launch
[ checking the fuel    ]
[ the fuel is a47ca14a ]
[ 3                    ]
[ 2                    ]
[ 1                    ]
[ lift-off             ]
click: close
launches: 2 <nil>
`

const lockedthread = `
               *
              * *
             *   *
            * * * *
           *       *
          * *     * *
         *   *   *   *
        * * * * * * * *
       *               *
      * *             * *
     *   *           *   *
    * * * *         * * * *
   *       *       *       *
  * *     * *     * *     * *
 *   *   *   *   *   *   *   *
* * * * * * * * * * * * * * * *
`

const order = `
Ada     charge
Ada     reserve
Ada     send
Alan    charge
Alan    refund
Alan    release
Alan    reserve
Edsger  refund
Edsger  release
Grace   charge
Grace   reserve
Grace   send
Ada     parcel Ada
Alan    activity "charge": the card is declined
Edsger  canceled: I have read it
Grace   parcel Grace
`
