package natswork_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore/internal/natstest"
	"github.com/ouro-loop/ouro/durable/natsstore/natswork"
)

// Where these are set the test binary is a server, which executes "double" and notes each time in a directory.
const urlVariable, notesVariable = "NATSWORK_URL", "NATSWORK_NOTES"

func TestMain(m *testing.M) {
	if url := os.Getenv(urlVariable); url != "" {
		fmt.Fprintln(os.Stderr, serveNotes(url, os.Getenv(notesVariable)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func serveNotes(url, notes string) error {
	conn, err := nats.Connect(url, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	f := durable.NewFunctions()
	durable.Handle(f, "double", func(ctx context.Context, n int) (int, error) {
		<-time.After(time.Duration(n%7) * time.Millisecond)
		file, err := os.CreateTemp(notes, strings.ReplaceAll(durable.Key(ctx), "/", "_")+" ")
		if err != nil {
			return 0, err
		}
		return 2 * n, errors.Join(file.Close())
	})
	return natswork.Serve(context.Background(), js, f, natswork.Concurrency(4), natswork.AckWait(500*time.Millisecond))
}

// Three servers are killed at random moments, and others take their place: all programs end as if nothing had been.
func TestKilledServers(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds, and is skipped with -short")
	}
	broker := natstest.Single(t)
	js := natstest.Connect(t, broker.ClientURL())
	r := remoter(t, js)
	notes := t.TempDir()
	binary, err := os.Executable()
	require.NoError(t, err)
	start := func() *exec.Cmd {
		cmd := exec.Command(binary)
		cmd.Env = append(os.Environ(), urlVariable+"="+broker.ClientURL(), notesVariable+"="+notes, "GORACE=atexit_sleep_ms=0")
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		return cmd
	}
	var servers [3]*exec.Cmd
	for i := range servers {
		servers[i] = start()
	}
	ended := make(chan struct{})
	var killing sync.WaitGroup
	kills := 0
	killing.Go(func() {
		random := rand.New(rand.NewPCG(1, 2))
		for {
			select {
			case <-ended:
				return
			case <-time.After(time.Duration(random.IntN(100)) * time.Millisecond):
			}
			i := random.IntN(len(servers))
			_ = servers[i].Process.Kill()
			_ = servers[i].Wait()
			servers[i] = start()
			kills++
		}
	})
	const programs, steps = 20, 30
	double := durable.Remote[int, int]("double", durable.Attempts(0), durable.Backoff(time.Millisecond, time.Millisecond))
	store := durable.NewMemory()
	main := func(co *coro.Co) (sum int, err error) {
		for i := 0; i < steps; i += 3 {
			three, err := coro.Gather(co, coro.Awaitable[int](double(i)), coro.Awaitable[int](double(i+1)), coro.Awaitable[int](double(i+2))).Await(co)
			if err != nil {
				return 0, err
			}
			sum += three[0] + three[1] + three[2]
		}
		return sum, nil
	}
	var all sync.WaitGroup
	for i := range programs {
		all.Go(func() {
			sum, err := durable.Run(t.Context(), store, fmt.Sprint(i), main, durable.RemoteBy(r))
			require.NoError(t, err)
			require.Equal(t, steps*(steps-1), sum)
		})
	}
	all.Wait()
	close(ended)
	killing.Wait()
	for _, s := range servers {
		_ = s.Process.Kill()
		_ = s.Wait()
	}
	require.NoError(t, durable.Check(t.Context(), store, main))
	times, err := filepath.Glob(filepath.Join(notes, "*"))
	require.NoError(t, err)
	done := map[string]bool{}
	for _, name := range times {
		key, _, _ := strings.Cut(filepath.Base(name), " ")
		done[key] = true
	}
	require.Len(t, done, programs*steps, "each was done")
	t.Logf("%d servers killed, %d executions for %d calls", kills, len(times), programs*steps)
	require.Less(t, len(times), programs*steps+kills*4+1, "and again only those that a killed server had under way")
}
