package executor_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ouro-loop/ouro/executor"
)

// Whoever looks sees one outcome, whole, while several try to give one.
func TestOutcomeIsOneSnapshot(t *testing.T) {
	for range 500 {
		f := pendingFuture()
		var wg sync.WaitGroup
		wg.Go(func() { _ = f.SetResult(42) })
		wg.Go(func() { _ = f.SetError(errTest) })
		wg.Go(func() { f.Cancel() })
		for range 2 {
			wg.Go(func() {
				v, err := f.Result()
				for err == executor.ErrInvalidState {
					v, err = f.Result()
				}
				if err == nil {
					assert.Equal(t, 42, v)
					return
				}
				assert.Zero(t, v)
				assert.Contains(t, []error{errTest, executor.ErrCanceled}, err)
				assert.Equal(t, err == executor.ErrCanceled, f.Canceled())
			})
		}
		wg.Wait()
	}
}
