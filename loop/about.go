package loop

// What the entries of this package are called where people are told of them.

func (s *stopper) About() string            { return "run's callback" }
func (d *workDone[T]) About() string        { return "what a thread brings back" }
func (d *workDropped[T]) About() string     { return "what a thread brings back" }
func (r *receiver[T]) About() string        { return "what a channel brings" }
func (d *wrapping[T]) About() string        { return "the outcome of a future of a thread" }
func (d *wrappingDropped[T]) About() string { return "the cancellation of a future of a thread" }
func (a interrupt) About() string           { return "an interrupt" }
func (s *submission[T]) About() string      { return "a coroutine that another goroutine submits" }
func (s *submissionDone[T]) About() string {
	return "the callback of what another goroutine has submitted"
}
func (s *submissionCanceled[T]) About() string {
	return "the cancellation of what another goroutine has submitted"
}
