//go:build js && wasm

// Livefixture stands for the library as WebAssembly: it offers ouroRun, as the page expects it, for a program of no
// importance. With the seed 400 the promise is broken, with 500 the whole program ends.
package main

import (
	"fmt"
	"syscall/js"
)

const document = `{"name": %q, "random": true, "story": {
	"tasks": [{"name": "main", "func": "main"}],
	"output": [{"step": 0, "task": 0, "text": "seed %d, scale %g"}],
	"steps": [
		{"kind": "print", "cause": -1, "says": [{"task": 0}, {"text": " prints."}], "picture": {"running": {"task": 0, "text": "begins"}, "output": 1, "tasks": [{"state": "running"}]}},
		{"kind": "end", "cause": -1, "task": -1, "says": [{"text": "The end."}], "picture": {"running": {"nobody": [{"text": "Nobody"}]}, "output": 1, "tasks": [{"state": "done"}]}}
	]}}`

func main() {
	end := make(chan struct{})
	js.Global().Set("ouroRun", js.FuncOf(func(_ js.Value, args []js.Value) any {
		seed, scale := args[1].Get("seed").Int(), args[1].Get("scale").Float()
		promise := js.Global().Get("Promise")
		switch seed {
		case 400:
			return promise.Call("reject", js.Global().Get("Error").New("the program has failed"))
		case 500:
			close(end)
			return promise.New(js.FuncOf(func(js.Value, []js.Value) any { return nil }))
		}
		return promise.Call("resolve", fmt.Sprintf(document, args[0].String(), seed, scale))
	}))
	<-end
}
