// Package natswork executes the activities of durable programs elsewhere, see durable.Remote: those who ask
// and those who execute meet at work queues of NATS JetStream.
//
// A program's side:
//
//	work, err := natswork.New(ctx, js)
//	durable.Run(ctx, store, id, main, durable.RemoteBy(work))
//
// The other side, any number of processes:
//
//	functions := durable.NewFunctions()
//	durable.Handle(functions, "charge", charge)
//	err := natswork.Serve(ctx, js, functions, natswork.Concurrency(8))
//
// A call waits in the queue until a server has room for it. It is acknowledged when its outcome is
// stored; a server that dies before that has its calls given to others after AckWait. Each attempt of an activity has one
// place in the queue and one outcome: a program that asks again after a crash waits for the same. So a function is executed at
// least once, and again only if its server died, or was cut off for longer than AckWait, or if its program comes back after OutcomesFor.
package natswork
