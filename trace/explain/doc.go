// Package explain tells the story of a recorded run, as a teacher would: in steps, each with
// one sentence that says what happens and why it happens now, with the step that has led to
// it, and with a picture of the loop.
//
//	r := trace.New(trace.Full())
//	_, err := loop.Run(main, loop.Record(r))
//	explain.Of(r.Trace(), explain.Options{}).WriteText(os.Stdout, 80)
//
// Cmd loopdemo prints such stories, and shows them in a browser.
package explain
