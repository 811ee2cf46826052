// Browser offers package live to a page: it sets the global function
//
//	ouroRun(name, {seed, scale}) -> Promise<string>
//
// and goes on until the page is gone.
package main

import (
	"fmt"
	"syscall/js"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/live"
)

func main() {
	js.Global().Set("ouroRun", js.FuncOf(func(_ js.Value, args []js.Value) any {
		name, seed, scale := args[0].String(), uint64(live.Seed), 1.0
		if len(args) > 1 {
			if s := args[1].Get("seed"); s.Type() == js.TypeNumber {
				seed = uint64(s.Float())
			}
			if s := args[1].Get("scale"); s.Type() == js.TypeNumber {
				scale = s.Float()
			}
		}
		return promise(func() (string, error) {
			document, err := live.Run(name, seed, scale)
			return string(document), err
		})
	}))
	select {}
}

// promise is one for what f returns.
func promise(f func() (string, error)) js.Value {
	var executor js.Func
	executor = js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject := args[0], args[1]
		go func() { // a callback of JavaScript's must not wait
			defer executor.Release()
			defer func() {
				if v := recover(); v != nil {
					reject.Invoke(js.Global().Get("Error").New(fmt.Sprint(v)))
				}
			}()
			text, err := f()
			if err != nil {
				reject.Invoke(js.Global().Get("Error").New(err.Error()))
				return
			}
			resolve.Invoke(text)
		}()
		return nil
	})
	return js.Global().Get("Promise").New(executor)
}
