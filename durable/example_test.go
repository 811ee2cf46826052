package durable_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// A bank does what a program cannot do by itself.
type bank struct{}

func (bank) Charge(_ context.Context, cents int) (string, error) {
	return fmt.Sprintf("receipt for %d", cents), nil
}

func (bank) Refund(_ context.Context, receipt string) error {
	fmt.Println("refund:", receipt)
	return nil
}

func ExampleRun() {
	ctx, dir := context.Background(), exampleDir()
	defer func() { _ = os.RemoveAll(dir) }()
	store, err := durable.OpenDir(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	sell := func(co *coro.Co) (string, error) {
		receipt, err := durable.Do("charge", func(ctx context.Context) (string, error) {
			return bank{}.Charge(ctx, 4200)
		}, durable.Attempts(5), durable.Backoff(time.Second, time.Minute))(co)
		if err != nil {
			return "", err
		}
		if err := coro.Sleep(co, 10*time.Millisecond); err != nil { // or 30 days
			return "", err
		}
		return receipt, nil
	}
	for range 2 {
		fmt.Println(durable.Run(ctx, store, "order 17", sell)) // as often as it takes
	}
	// Output:
	// receipt for 4200 <nil>
	// receipt for 4200 <nil>
}

// What a customer cancels is undone, which is an activity as well.
func ExampleCancel() {
	ctx, store := context.Background(), durable.NewMemory()
	sell := func(co *coro.Co) (string, error) {
		receipt, err := durable.Do("charge", func(ctx context.Context) (string, error) {
			return bank{}.Charge(ctx, 4200)
		})(co)
		if err != nil {
			return "", err
		}
		if _, err := durable.Receive[string](co, "approve"); err != nil {
			_, undone := durable.DoVoid("refund", func(ctx context.Context) error {
				return bank{}.Refund(ctx, receipt)
			}, durable.Attempts(0))(co)
			return "", errors.Join(err, undone)
		}
		return receipt, nil
	}
	if err := durable.Cancel(ctx, store, "order 17", "I do not want it any more"); err != nil {
		fmt.Println(err)
	}
	_, err := durable.Run(ctx, store, "order 17", sell)
	fmt.Println(err)
	// Output:
	// canceled: I do not want it any more
}

func ExampleSend() {
	ctx, store := context.Background(), durable.NewMemory()
	publish := func(co *coro.Co) (string, error) {
		by, err := coro.WaitFor(co, coro.Func[string](func(co *coro.Co) (string, error) {
			return durable.Receive[string](co, "approve")
		}), 7*24*time.Hour)
		if err != nil {
			return "", err
		}
		return "approved by " + by, nil
	}
	if err := durable.Send(ctx, store, "article 3", "approve", "Ada"); err != nil { // from any process
		fmt.Println(err)
	}
	fmt.Println(durable.Run(ctx, store, "article 3", publish))
	// Output: approved by Ada <nil>
}

// Code that has changed says from when on; what has begun before goes on as it did.
func ExampleVersion() {
	sell := func(co *coro.Co) (string, error) {
		v, err := durable.Version(co, "ask the customer first", 1)
		switch {
		case err != nil:
			return "", err
		case v == 0: // of a program that was here before there was this call
			return "charged", nil
		}
		return "asked", nil
	}
	fmt.Println(durable.Run(context.Background(), durable.NewMemory(), "order 18", sell))
	// Output: asked <nil>
}

func ExampleWorker() {
	ctx, cancel := context.WithCancel(context.Background())
	store := durable.NewMemory()
	worker := durable.NewWorker(store, durable.PollEvery(time.Millisecond), durable.OnEnd(func(id string, ended bool, err error) {
		fmt.Println(id, ended, err)
		cancel()
	}))
	durable.Register(worker, "greet", func(co *coro.Co) (string, error) {
		name, err := durable.InputOf[string](co)
		return "hello " + name, err
	})
	if err := durable.Start(ctx, store, "greeting 1", "greet", durable.Input("Ada")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(worker.Run(ctx))
	fmt.Println(durable.Result[string](context.Background(), store, "greeting 1"))
	// Output:
	// greeting 1 true <nil>
	// context canceled
	// hello Ada true <nil>
}

// An activity that others execute: here the same process; natswork.New(js) in place of functions has whoever serves them
// do it.
func ExampleRemote() {
	type Payment struct{ Order, Card string }
	charge := durable.Remote[Payment, string]("charge", durable.Attempts(5))

	functions := durable.NewFunctions() // of the process that executes them
	durable.Handle(functions, "charge", func(ctx context.Context, p Payment) (string, error) {
		return "receipt for " + p.Order, nil
	})

	sell := func(co *coro.Co) (string, error) {
		return charge(Payment{Order: "17", Card: "1234"})(co)
	}
	fmt.Println(durable.Run(context.Background(), durable.NewMemory(), "order 17", sell, durable.RemoteBy(functions)))
	// Output: receipt for 17 <nil>
}

// A test with journals of programs that run somewhere fails for a change that would break them.
func ExampleCheck() {
	ctx, store := context.Background(), durable.NewMemory()
	step := func(name string) coro.Func[int] {
		return durable.Do(name, func(context.Context) (int, error) { return 1, nil })
	}
	_, _ = durable.Run(ctx, store, "order 17", step("charge"))
	fmt.Println(durable.Check(ctx, store, step("charge")))
	parted := new(durable.PartedError)
	if errors.As(durable.Check(ctx, store, step("pay")), &parted) {
		fmt.Println("the program", parted.Program)
	}
	// Output:
	// <nil>
	// the program asks for activity 1, "pay", at 0s
}

func exampleDir() string {
	dir, err := os.MkdirTemp("", "durable-example-")
	if err != nil {
		panic(err)
	}
	return dir
}
