package natsstore_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
)

const shortLease = 300 * time.Millisecond

func texts(entries [][]byte) (all []string) {
	for _, e := range entries {
		all = append(all, string(e))
	}
	return all
}

// until calls f until it reports true.
func until(t *testing.T, f func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !f() {
		select {
		case <-t.Context().Done():
			t.Fatal("it never was so")
		case <-ticker.C:
		}
	}
}

func isDone(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// acquireWhenDead takes a program that a dead owner has.
func acquireWhenDead(t *testing.T, s durable.Store, id string) (j durable.Journal) {
	t.Helper()
	until(t, func() bool {
		due, err := s.Due(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		return slices.Contains(due, id)
	})
	until(t, func() (ok bool) {
		var err error
		if j, err = s.Acquire(t.Context(), id); err != nil {
			require.ErrorIs(t, err, durable.ErrRunning)
		}
		return err == nil
	})
	return j
}

// An owner that is cut off knows that it has lost its program before another one has it; and what it was about to
// write is refused, however late it comes.
func TestLateOwner(t *testing.T) {
	server := single(t)
	p := newProxy(t, server.Addr().String())
	slow := connect(t, p.url())
	old := openStore(t, slow, natsstore.Lease(shortLease))
	other := openStore(t, connect(t, server.ClientURL()), natsstore.Lease(shortLease))

	j, err := old.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	_, err = other.Acquire(t.Context(), "a")
	require.ErrorIs(t, err, durable.ErrRunning)

	p.hold()
	late := make(chan error, 1)
	go func() { late <- j.Append(context.Background(), []byte("late")) }()
	taken := acquireWhenDead(t, other, "a")
	require.True(t, isDone(j.Lost()), "before another one has it")
	require.Equal(t, []string{"1"}, texts(taken.Entries()))
	err = <-late
	require.ErrorContains(t, err, "some may be there", "it does not know better")
	require.ErrorIs(t, err, durable.ErrLost)
	require.ErrorIs(t, j.Append(t.Context(), []byte("later")), durable.ErrLost)

	p.release()
	require.NoError(t, slow.Conn().FlushTimeout(10*time.Second), "the server has it now")
	require.NoError(t, taken.Append(t.Context(), []byte("2")))
	require.NoError(t, j.Close(time.Time{}), "which changes nothing")
	require.NoError(t, taken.Close(durable.Never))
	entries, err := other.Read(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, texts(entries))

	again, err := old.Acquire(t.Context(), "a")
	require.NoError(t, err, "it is another owner now")
	require.Equal(t, []string{"1", "2"}, texts(again.Entries()))
	require.NoError(t, again.Close(durable.Never))
}

// An owner that does not know that it is thought dead is told so when it writes, and nothing of that is there.
func TestOwnerThoughtDead(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	old := openStore(t, js, natsstore.Lease(time.Hour))
	other := openStore(t, js, natsstore.Lease(time.Hour))
	for _, write := range []func(durable.Journal) error{
		func(j durable.Journal) error { return j.Append(t.Context(), []byte("x"), []byte("y")) },
		func(j durable.Journal) error { return j.Replace(t.Context(), []byte("x")) },
	} {
		id := "a" + time.Now().String()
		j, err := old.Acquire(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		steal(t, js, id)
		taken, err := other.Acquire(t.Context(), id)
		require.NoError(t, err)
		require.ErrorIs(t, write(j), durable.ErrLost)
		<-j.Lost()
		require.NoError(t, j.Close(time.Time{}))
		require.NoError(t, taken.Append(t.Context(), []byte("2")))
		_, err = old.Acquire(t.Context(), id)
		require.ErrorIs(t, err, durable.ErrRunning)
		entries, err := other.Read(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, []string{"1", "2"}, texts(entries))
		require.NoError(t, taken.Close(durable.Never))
	}
}

// A program whose store was closed is taken at once, with all that is there.
func TestClosedStore(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	old, other := openStore(t, js), openStore(t, js)
	j, err := old.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	require.NoError(t, j.Append(t.Context(), []byte("2")))
	require.NoError(t, old.Close())
	require.True(t, isDone(j.Lost()))
	taken := acquireWhenDead(t, other, "a")
	require.Equal(t, []string{"1", "2"}, texts(taken.Entries()))
	require.NoError(t, taken.Close(durable.Never))
	_, err = old.Acquire(t.Context(), "b")
	require.ErrorContains(t, err, "the store is closed")
}

// An Acquire that is canceled, whenever, leaves the program to others, although its store goes on.
func TestAcquireCanceled(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	store, other := openStore(t, js), openStore(t, js)
	for i := range 300 {
		id := fmt.Sprint(i)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Duration(i)*2*time.Microsecond, cancel)
		if j, err := store.Acquire(ctx, id); err == nil {
			require.NoError(t, j.Close(time.Time{}))
		}
		j, err := other.Acquire(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, j.Close(time.Time{}))
	}
}

// What was taken over before it had entries has none, and is nowhere.
func TestNothingBegun(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	old, other := openStore(t, js), openStore(t, js)
	_, err := old.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, old.Close())
	var j durable.Journal
	until(t, func() bool {
		j, err = other.Acquire(t.Context(), "a")
		return !errors.Is(err, durable.ErrRunning)
	})
	require.NoError(t, err)
	require.Empty(t, j.Entries())
	for range 2 {
		ids, err := openStore(t, js).List(t.Context())
		require.NoError(t, err)
		require.Empty(t, ids)
		_, err = other.Read(t.Context(), "a")
		require.ErrorIs(t, err, durable.ErrNoProgram)
		due, err := openStore(t, js).Due(t.Context(), time.Now(), 10)
		require.NoError(t, err)
		require.Empty(t, due)
		require.NoError(t, j.Close(time.Time{}))
	}
}

// The answer to a write is lost, and the connection: it is there once.
func TestLostAnswer(t *testing.T) {
	server := single(t)
	p := newProxy(t, server.Addr().String())
	store := openStore(t, connect(t, p.url()))
	direct := openStore(t, connect(t, server.ClientURL()))
	j, err := store.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	p.silence(true)
	done := make(chan error, 1)
	go func() { done <- j.Append(context.Background(), []byte("2")) }()
	until(t, func() bool {
		entries, err := direct.Read(t.Context(), "a")
		require.NoError(t, err)
		return len(entries) == 2
	})
	p.silence(false)
	p.cut()
	require.NoError(t, <-done)
	require.NoError(t, j.Append(t.Context(), []byte("3")))
	require.NoError(t, j.Close(durable.Never))
	entries, err := direct.Read(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "3"}, texts(entries))
}

// steal has the owner of a program thought dead: what the others have been told of it is forgotten.
func steal(t *testing.T, js jetstream.JetStream, id string) {
	t.Helper()
	stream, err := js.Stream(t.Context(), "durable_programs")
	require.NoError(t, err)
	m, err := stream.GetLastMsgForSubject(t.Context(), "durable.s."+base64.RawURLEncoding.EncodeToString([]byte(id)))
	require.NoError(t, err)
	owner := base64.RawURLEncoding.EncodeToString([]byte(m.Header.Get("Ouro-Owner")))
	require.NoError(t, stream.Purge(t.Context(), jetstream.WithPurgeSubject("durable.o."+owner)))
}

// Who takes a program over, and is so slow that another one does as well, does not shut that one out.
func TestLateTaker(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	slow, other := openStore(t, js), openStore(t, js)
	goOn, err := slow.TakeInPart(t.Context(), "a")
	require.NoError(t, err)
	steal(t, js, "a")
	j, err := other.Acquire(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	require.ErrorIs(t, goOn(), durable.ErrRunning)
	require.NoError(t, j.Append(t.Context(), []byte("2")))
	_, err = slow.Acquire(t.Context(), "a")
	require.ErrorIs(t, err, durable.ErrRunning, "it is still the other's")
	require.NoError(t, j.Close(durable.Never))
	entries, err := slow.Read(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, texts(entries))
}

// A message with the key of one that is gone by now is another one.
func TestRemoveLate(t *testing.T) {
	js := connect(t, single(t).ClientURL())
	store := openStore(t, js)
	j, err := store.Acquire(t.Context(), "a")
	require.NoError(t, err)
	send := func(text string) {
		require.NoError(t, store.Send(t.Context(), "a", durable.Message{Key: "k", Entry: []byte(text)}))
	}
	send("1")
	_, err = j.Messages(t.Context())
	require.NoError(t, err)
	stream, err := js.Stream(t.Context(), "durable_programs")
	require.NoError(t, err)
	require.NoError(t, stream.Purge(t.Context(), jetstream.WithPurgeSubject("durable.m.>")))
	send("2")
	require.NoError(t, j.Remove(t.Context(), "k"))
	left, err := j.Messages(t.Context())
	require.NoError(t, err)
	require.Equal(t, []durable.Message{{Key: "k", Entry: []byte("2")}}, left)
	require.NoError(t, j.Remove(t.Context(), "k"))
	left, err = j.Messages(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, j.Close(durable.Never))
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		opt  natsstore.Option
		text string
	}{
		"prefix":   {natsstore.Prefix("a.b"), `the prefix "a.b" is no name of a stream`},
		"replicas": {natsstore.Replicas(0), "1 replica at least"},
		"lease":    {natsstore.Lease(time.Millisecond), "a lease of 1ms is too short, 50ms is the least"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := natsstore.Open(t.Context(), nil, c.opt)
			require.ErrorContains(t, err, c.text)
		})
	}
}

func TestTooLarge(t *testing.T) {
	store := openStore(t, connect(t, single(t).ClientURL()))
	_, err := store.Acquire(t.Context(), strings.Repeat("x", 1025))
	require.ErrorContains(t, err, "an id of 1025 bytes is too long, it may have 1024")
	id := strings.Repeat("x", 1024)
	require.NoError(t, store.Send(t.Context(), id, durable.Message{Key: strings.Repeat("k", 5000), Entry: []byte("m")}))
	j, err := store.Acquire(t.Context(), id)
	require.NoError(t, err)
	left, err := j.Messages(t.Context())
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.NoError(t, j.Close(durable.Never))
	err = store.Send(t.Context(), id, durable.Message{Key: "k", Entry: make([]byte, 1<<20)})
	require.ErrorContains(t, err, "too large, the server's max_payload allows for 1047552")
}
