// Command ouroflow shows durable programs of a directory, sends them signals, and runs the example's. Package flow makes
// such a command for programs of your own.
package main

import (
	"github.com/ouro-loop/ouro/cmd/ouroflow/flow"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

func main() {
	books := shop.NewBooks(map[string]int{"book": 100, "desk": 10})
	flow.Main(flow.Register("order", shop.Sell, shop.Options(books.Functions())...))
}
