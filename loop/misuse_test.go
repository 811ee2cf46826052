package loop_test

import (
	"context"
	"iter"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func TestAwaitOfItself(t *testing.T) {
	noLeak(t)
	var task *coro.Task[int]
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		task = coro.CreateTask(co, func(co *coro.Co) (int, error) { return task.Await(co) }, coro.Name("me"))
		return task.Await(co)
	})
	require.ErrorIs(t, err, coro.ErrAwaitSelf)
	require.ErrorContains(t, err, `"me"`)
}

func TestAwaitOfAnotherLoopsFuture(t *testing.T) {
	noLeak(t)
	other := loop.New()
	defer func() { require.NoError(t, other.Close()) }()
	f := loop.CreateFuture[int](other)
	_, err := loop.Run(func(co *coro.Co) (int, error) { return f.Await(co) })
	require.ErrorIs(t, err, coro.ErrOtherLoop)
	_, err = loop.Run(func(co *coro.Co) (int, error) { return coro.WaitFor(co, f, time.Second) })
	require.ErrorIs(t, err, coro.ErrOtherLoop)
	l := loop.New()
	_, err = loop.RunUntilComplete(l, f)
	require.ErrorIs(t, err, coro.ErrOtherLoop)
	require.NoError(t, l.Close())
}

func TestSetResultTwice(t *testing.T) {
	l := loop.New()
	defer func() { require.NoError(t, l.Close()) }()
	f := loop.CreateFuture[int](l)
	require.NoError(t, f.SetResult(1))
	require.ErrorIs(t, f.SetResult(2), future.ErrInvalidState)
	require.ErrorIs(t, f.SetError(future.ErrCanceled), future.ErrInvalidState)
	v, err := f.Result()
	require.NoError(t, err)
	require.Equal(t, 1, v)
	task := coro.CreateTask(l, noop)
	require.ErrorIs(t, task.SetResult(1), future.ErrInvalidState)
}

// The most likely mistake of all: a closure awaits with the Co around it.
func TestCoOfAnotherTask(t *testing.T) {
	noLeak(t)
	_, err := loop.Run(func(outer *coro.Co) (int, error) {
		return coro.CreateTask(outer, func(co *coro.Co) (int, error) {
			return 0, coro.Sleep(outer, 0)
		}, coro.Name("inner")).Await(outer)
	})
	var p *future.PanicError
	require.ErrorAs(t, err, &p)
	require.ErrorContains(t, err, `the Co of task "Task-1" is used while task "inner" runs`)
	_, err = loop.Run(func(co *coro.Co) (int, error) {
		var told reports
		loop.Of(co).SetExceptionHandler(func(_ *loop.Loop, c future.ErrorContext) { told = append(told, c) })
		loop.Of(co).CallSoon(func() { _ = coro.Sleep(co, 0) })
		err := coro.Sleep(co, 0)
		require.Len(t, told, 1)
		require.ErrorContains(t, told[0].Err, "is used while no task runs")
		return 0, err
	})
	require.NoError(t, err)
}

func TestWrongGoroutineInDebugMode(t *testing.T) {
	noLeak(t)
	var told reports
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		l := loop.Of(co)
		for name, call := range map[string]func(){
			"CallSoon":  func() { l.CallSoon(func() {}) },
			"CallLater": func() { l.CallLater(1, func() {}) },
			"CallAt":    func() { l.CallAt(1, func() {}) },
		} {
			var recovered any
			onGoroutine(func() {
				defer func() { recovered = recover() }()
				call()
			})
			require.Equal(t, loop.ErrWrongGoroutine, recovered, name)
		}
		l.CallSoon(func() {}) // from here it may
		f := loop.CreateFuture[int](l)
		f.AddDoneCallback(func() {})
		return loop.Go(func(context.Context) (int, error) {
			return 1, f.SetResult(1)
		}).Await(co)
	}, loop.Debug(true), told.handler())
	require.NoError(t, err)
	require.Len(t, told, 1)
	require.ErrorIs(t, told[0].Err, loop.ErrWrongGoroutine)
	require.Contains(t, told[0].Source, "misuse_test.go")
}

// CPython: test_events.EventLoopTestsMixin.test_run_until_complete_nesting
func TestRunInsideARunningLoop(t *testing.T) {
	noLeak(t)
	inside := func(t *testing.T, l *loop.Loop) {
		_, err := loop.Run(noop)
		require.ErrorIs(t, err, loop.ErrRunning)
		require.ErrorContains(t, err, "await the coroutine")
		require.ErrorIs(t, l.RunForever(), loop.ErrRunning)
		_, err = loop.RunUntilComplete(l, coro.Func[int](noop))
		require.ErrorIs(t, err, loop.ErrRunning)
		other := loop.New()
		require.ErrorIs(t, other.RunForever(), loop.ErrRunning)
		_, err = loop.RunUntilComplete(other, coro.Func[int](noop))
		require.ErrorIs(t, err, loop.ErrRunning)
		require.NoError(t, other.Close())
		require.ErrorIs(t, l.Close(), loop.ErrRunning)
	}
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		inside(t, loop.Of(co))
		called := false
		loop.Of(co).CallSoon(func() {
			called = true
			inside(t, loop.Of(co))
		})
		err := coro.Sleep(co, 0)
		require.True(t, called)
		return 0, err
	})
	require.NoError(t, err)
}

func TestStopAndCloseInsideCallbacks(t *testing.T) {
	noLeak(t)
	l := loop.New()
	var trace []string
	l.CallSoon(func() {
		trace = append(trace, "stop")
		l.Stop()
		require.ErrorIs(t, l.Close(), loop.ErrRunning)
		l.CallSoon(func() { trace = append(trace, "next") })
	})
	l.CallSoon(func() { trace = append(trace, "rest") })
	require.NoError(t, l.RunForever())
	require.Equal(t, []string{"stop", "rest"}, trace)
	l.Stop()
	require.NoError(t, l.RunForever())
	require.Equal(t, []string{"stop", "rest", "next"}, trace)
	require.NoError(t, l.Close())
}

func TestCloseTwiceAndUseAfterwards(t *testing.T) {
	noLeak(t)
	l := loop.New()
	f := loop.CreateFuture[int](l)
	f.AddDoneCallback(func() { t.Error("called on a closed loop") })
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	require.True(t, l.IsClosed())
	require.ErrorIs(t, l.RunForever(), loop.ErrClosed)
	_, err := loop.RunUntilComplete(l, coro.Func[int](noop))
	require.ErrorIs(t, err, loop.ErrClosed)
	_, err = loop.Submit(l, noop)
	require.ErrorIs(t, err, loop.ErrClosed)
	_, err = loop.RunInExecutor(l, nil, func() (int, error) { return 1, nil })
	require.ErrorIs(t, err, loop.ErrClosed)
	_, err = l.AddReader(0, func() {})
	require.ErrorIs(t, err, loop.ErrClosed)
	require.PanicsWithError(t, loop.ErrClosed.Error(), func() { l.CallSoon(func() {}) })
	require.PanicsWithError(t, loop.ErrClosed.Error(), func() { l.CallLater(1, func() {}) })
	require.PanicsWithError(t, loop.ErrClosed.Error(), func() { coro.CreateTask(l, noop) })
	require.False(t, l.RemoveReader(0))
	l.Stop()
	require.NoError(t, f.SetResult(1), "what it had is still there")
	v, err := f.Result()
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

// A callback's handle is void once the callback runs: the call behind it is used
// again for another one.
func TestCallbackCancelsItsOwnHandle(t *testing.T) {
	l := loop.New()
	var h loop.Handle
	h = l.CallSoon(func() { h.Cancel() })
	called := false
	l.CallSoon(func() {
		l.CallSoon(func() { called = true })
		l.CallSoon(l.Stop)
	})
	require.NoError(t, l.RunForever())
	require.True(t, called)
	require.False(t, h.Canceled())
	require.NoError(t, l.Close())
}

// What CPython does with a task that has awaited itself: nobody can await it while
// it is pending, and that is told without a tick.
func TestAwaitOfATaskThatHasAwaitedItself(t *testing.T) {
	noLeak(t)
	var trace []string
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		task := coro.CreateTask(co, func(co *coro.Co) (int, error) {
			_, err := co.Task().(*coro.Task[int]).Await(co)
			require.ErrorIs(t, err, coro.ErrAwaitSelf)
			trace = append(trace, "itself")
			return 1, nil
		}, coro.Eager(true))
		_, err := task.Await(co)
		require.ErrorIs(t, err, coro.ErrAwaitSelf)
		trace = append(trace, "other")
		require.NoError(t, coro.Sleep(co, 0))
		return task.Await(co)
	})
	require.NoError(t, err)
	require.Equal(t, []string{"other", "itself"}, trace)
}

// A sleep for ever has no end, not one at the end of time.
func TestSleepForever(t *testing.T) {
	noLeak(t)
	for _, before := range []time.Duration{0, time.Second} {
		_, err := loop.Run(func(co *coro.Co) (int, error) {
			require.NoError(t, coro.Sleep(co, before))
			return 0, coro.Sleep(co, coro.Forever)
		}, loop.VirtualTime(true))
		var deadlock *loop.DeadlockError
		require.ErrorAs(t, err, &deadlock)
	}
}

// Inside an iter.Pull nobody can tell whose goroutine it is: debug mode lets it pass.
func TestDebugModeInsideAPull(t *testing.T) {
	noLeak(t)
	var told reports
	_, err := loop.Run(func(co *coro.Co) (int, error) {
		next, stop := iter.Pull(func(yield func(int) bool) {
			require.NoError(t, coro.Sleep(co, time.Second))
			loop.Of(co).CallSoon(func() {})
			yield(1)
		})
		defer stop()
		v, _ := next()
		return v, nil
	}, loop.Debug(true), loop.VirtualTime(true), told.handler())
	require.NoError(t, err)
	require.Empty(t, told)
}

// After a panic of a callback the rest of the iteration is inside of the loop as before.
func TestInsideTheLoopAfterAPanic(t *testing.T) {
	for _, debug := range []bool{false, true} {
		var told reports
		l := loop.New(loop.VirtualTime(true), loop.Debug(debug), told.handler())
		called := false
		var err error
		l.CallSoon(func() { panic("here") })
		l.CallSoon(func() { l.CallSoon(func() { called = true }) })
		l.CallSoon(func() { _, err = loop.Run(noop) })
		_, unexpected := loop.RunUntilComplete(l, coro.Do1(coro.Sleep, time.Second))
		require.NoError(t, unexpected)
		require.True(t, called)
		require.ErrorIs(t, err, loop.ErrRunning)
		require.Len(t, told, 1)
		require.NoError(t, l.Close())
	}
}

// A nil function is refused where it is given, not where it is missed.
func TestNilFunctions(t *testing.T) {
	l := loop.New()
	defer func() { require.NoError(t, l.Close()) }()
	for text, call := range map[string]func(){
		"loop: ToThread of a nil function":               func() { loop.ToThread[int](nil) },
		"loop: Go of a nil function":                     func() { loop.Go[int](nil) },
		"loop: RunInExecutor of a nil function":          func() { _, _ = loop.RunInExecutor[int](l, nil, nil) },
		"loop: CallSoon of a nil function":               func() { l.CallSoon(nil) },
		"loop: CallLater or CallAt of a nil function":    func() { l.CallLater(time.Second, nil) },
		"loop: CallSoonThreadsafe of a nil function":     func() { _, _ = l.CallSoonThreadsafe(nil) },
		"loop: AddReader or AddWriter of a nil function": func() { _, _ = l.AddReader(0, nil) },
		"loop: AddSignalHandler of a nil function":       func() { _ = l.AddSignalHandler(os.Interrupt, nil) },
		"loop: Submit of a nil function":                 func() { _, _ = loop.Submit[int](l, nil) },
		"loop: Run of a nil function":                    func() { _, _ = loop.Run[int](nil) },
		"loop: Main of a nil function":                   func() { _ = loop.Main(nil) },
		"loop: RunIn of a nil function":                  func() { _, _ = loop.RunIn[int](nil, nil) },
		"future: AddDoneCallback of a nil function":      func() { loop.CreateFuture[int](l).AddDoneCallback(nil) },
		"coro: CreateTask of a nil function":             func() { coro.CreateTask[int](l, nil) },
		"coro: Do of a nil function":                     func() { coro.Do(nil) },
		"coro: Do1 of a nil function":                    func() { coro.Do1(nil, 1) },
		"coro: Do2 of a nil function":                    func() { coro.Do2(nil, 1, 2) },
		"coro: Do3 of a nil function":                    func() { coro.Do3(nil, 1, 2, 3) },
		"coro: DoEach of a nil function":                 func() { coro.DoEach(nil, []int{1}) },
		"coro: BindEach of a nil function":               func() { coro.BindEach[int, int](nil, nil) },
		"coro: TimeoutValue of a nil function":           func() { _, _ = coro.TimeoutValue[int](nil, 1, nil) },
		"coro: GroupValue of a nil function":             func() { _, _ = coro.GroupValue[int](nil, nil) },
		"coro: Bind0 of a nil function":                  func() { coro.Bind0[int](nil) },
		"coro: Bind of a nil function":                   func() { coro.Bind[int, int](nil, 1) },
		"coro: Bind2 of a nil function":                  func() { coro.Bind2[int, int, int](nil, 1, 2) },
		"coro: Bind3 of a nil function":                  func() { coro.Bind3[int, int, int, int](nil, 1, 2, 3) },
		"coro: Into of a nil pointer":                    func() { coro.Into(nil, coro.Bind0(func(*coro.Co) (int, error) { return 1, nil })) },
		"coro: nil cannot be awaited":                    func() { coro.Gather[int](l, coro.Func[int](nil)) },
	} {
		require.PanicsWithValue(t, text, call)
	}
	require.Panics(t, func() { loop.ToThreadDo(nil) })
	require.Panics(t, func() { loop.GoDo(nil) })
	require.Empty(t, coro.AllTasks(l))
	require.Panics(t, func() { coro.Gather(l, coro.Bind0(noop), nil) })
	require.Empty(t, coro.AllTasks(l), "nothing is made for the others")
}

// What is nil or a zero value, and what comes too late, is refused with a word on what it
// is and what to do.
func TestRefusals(t *testing.T) {
	l := loop.New(loop.VirtualTime(true))
	defer func() { require.NoError(t, l.Close()) }()
	const (
		notMade  = "loop: a Loop that was not made by New, NewRunner or Run; the zero Loop and nil are none"
		notOn    = "coro: neither a Co, nor a loop made by loop.New, nor a group: nil, or a zero value, has no tasks"
		zero     = "coro: a Future that was not made by loop.CreateFuture or future.New belongs to no loop; the zero Future is none"
		unmade   = "future: a Future that was not made by New or loop.CreateFuture, on a loop, belongs to none; the zero Future and nil have no use"
		noCo     = "coro: a nil Co; a coroutine awaits with the Co that it was given itself, by loop.Run or CreateTask"
		group    = "coro: a TaskGroup that was not made by Group, which gives one to its body; the zero TaskGroup and nil are none"
		nilTask  = "coro: a nil *coro.Task[int] cannot be awaited: no future or task was assigned to it"
		nilOther = "coro: a nil *future.Future[int] cannot be awaited: no future or task was assigned to it"
	)
	var noContext context.Context
	var zeroLoop loop.Loop
	var nilLoop *loop.Loop
	var zeroFuture future.Future[int]
	var task *coro.Task[int]
	var f *future.Future[int]
	var zeroGroup coro.TaskGroup
	var nilCo *coro.Co
	var nilRunner *loop.Runner
	const runner = "loop: a Runner that was not made by NewRunner; nil and the zero Runner are none"
	for name, test := range map[string]struct {
		text string
		call func()
	}{
		"a nil Option of New":                 {"loop: a nil Option; leave it out", func() { loop.New(nil) }},
		"a nil Option of Run":                 {"loop: a nil Option; leave it out", func() { _, _ = loop.Run(noop, nil) }},
		"a nil Option of NewRunner":           {"loop: a nil Option; leave it out", func() { loop.NewRunner(loop.VirtualTime(true), nil) }},
		"a nil TaskOption":                    {"coro: a nil TaskOption; leave it out", func() { coro.CreateTask(l, noop, nil) }},
		"a nil TaskOption, EnsureFuture":      {"coro: a nil TaskOption; leave it out", func() { coro.EnsureFuture(l, coro.Bind0(noop), nil) }},
		"a nil CallOption":                    {"loop: a nil CallOption; leave it out", func() { l.CallSoon(doNothing, nil) }},
		"a nil CallOption of a timer":         {"loop: a nil CallOption; leave it out", func() { l.CallLater(1, doNothing, nil) }},
		"a nil CallOption from others":        {"loop: a nil CallOption; leave it out", func() { _, _ = l.CallSoonThreadsafe(doNothing, nil) }},
		"a nil CallOption of AddDoneCallback": {"future: a nil CallOption; leave it out", func() { loop.CreateFuture[int](l).AddDoneCallback(doNothing, nil) }},
		"a nil Context": {
			"loop: Context of a nil context; leave the option out, or give context.Background()",
			func() { loop.Context(noContext) },
		},

		"RunForever of a zero Loop":         {notMade, func() { _ = zeroLoop.RunForever() }},
		"RunUntilComplete of a zero Loop":   {notMade, func() { _, _ = loop.RunUntilComplete(&zeroLoop, coro.Bind0(noop)) }},
		"RunUntilComplete of nil":           {notMade, func() { _, _ = loop.RunUntilComplete(nilLoop, coro.Bind0(noop)) }},
		"CallSoon of a zero Loop":           {notMade, func() { zeroLoop.CallSoon(doNothing) }},
		"CallSoon of nil":                   {notMade, func() { nilLoop.CallSoon(doNothing) }},
		"CallLater of a zero Loop":          {notMade, func() { zeroLoop.CallLater(1, doNothing) }},
		"CallSoonThreadsafe of a zero Loop": {notMade, func() { _, _ = zeroLoop.CallSoonThreadsafe(doNothing) }},
		"Submit to a zero Loop":             {notMade, func() { _, _ = loop.Submit(&zeroLoop, noop) }},
		"CreateFuture of a zero Loop":       {notMade, func() { loop.CreateFuture[int](&zeroLoop) }},
		"CreateFuture of nil":               {notMade, func() { loop.CreateFuture[int](nil) }},
		"RunInExecutor of a zero Loop":      {notMade, func() { _, _ = loop.RunInExecutor(&zeroLoop, nil, answer) }},
		"AddReader of a zero Loop":          {notMade, func() { _, _ = zeroLoop.AddReader(0, doNothing) }},
		"AddSignalHandler of a zero Loop":   {notMade, func() { _ = zeroLoop.AddSignalHandler(os.Interrupt, doNothing) }},

		"CreateTask on a zero Loop":   {notOn, func() { coro.CreateTask(&zeroLoop, noop) }},
		"CreateTask on a nil Loop":    {notOn, func() { coro.CreateTask(nilLoop, noop) }},
		"CreateTask on nil":           {notOn, func() { coro.CreateTask(nil, noop) }},
		"CreateTask on a nil Co":      {notOn, func() { coro.CreateTask(nilCo, noop) }},
		"Gather on a nil Co":          {notOn, func() { coro.Gather(nilCo, coro.Bind0(noop)) }},
		"CurrentTask of a nil Co":     {notOn, func() { coro.CurrentTask(nilCo) }},
		"Of a nil Co":                 {"loop: Of what is on no loop: a nil Co, or a zero value", func() { loop.Of(nilCo) }},
		"Loop of a nil Runner":        {runner, func() { nilRunner.Loop() }},
		"RunIn of a nil Runner":       {runner, func() { _, _ = loop.RunIn(nilRunner, coro.Bind0(noop)) }},
		"RunIn of a zero Runner":      {runner, func() { _, _ = loop.RunIn(new(loop.Runner), coro.Bind0(noop)) }},
		"Close of a nil Runner":       {runner, func() { _ = nilRunner.Close() }},
		"Step of a nil Loop":          {notMade, func() { _ = nilLoop.Step() }},
		"AdvanceTo of a zero Loop":    {notMade, func() { _ = zeroLoop.AdvanceTo(1) }},
		"NextDeadline of a nil Loop":  {notMade, func() { nilLoop.NextDeadline() }},
		"MayWait of a nil Loop":       {notMade, func() { nilLoop.MayWait() }},
		"Idle of a nil Loop":          {notMade, func() { nilLoop.Idle() }},
		"Outside of a nil Loop":       {notMade, func() { nilLoop.Outside() }},
		"OnWake of a nil Loop":        {notMade, func() { nilLoop.OnWake(nil) }},
		"Hold of a zero Loop":         {notMade, func() { zeroLoop.Hold() }},
		"SubmitAndWait on a nil Loop": {notMade, func() { _, _ = loop.SubmitAndWait(context.Background(), nilLoop, coro.Bind0(noop)) }},

		"NewFuture on nil":         {notOn, func() { coro.NewFuture[int](nil) }},
		"NewFuture on a nil Co":    {notOn, func() { coro.NewFuture[int](nilCo) }},
		"NewFuture on a zero Loop": {unmade, func() { coro.NewFuture[int](&zeroLoop) }},
		"a QuietTree on a nil Co":  {notOn, func() { coro.CreateTask(nilCo, noop, coro.QuietTree()) }},
		"AllTasks of nil":          {notOn, func() { coro.AllTasks(nil) }},
		"a Future on nil":          {unmade, func() { future.New[int](nil) }},
		"a Future on a zero Loop":  {unmade, func() { future.New[int](&zeroLoop) }},
		"a Future on a nil Loop":   {unmade, func() { future.New[int](nilLoop) }},

		"SetResult of a zero Future":       {unmade, func() { _ = zeroFuture.SetResult(1) }},
		"SetError of a zero Future":        {unmade, func() { _ = zeroFuture.SetError(errZero) }},
		"AddDoneCallback of a zero Future": {unmade, func() { zeroFuture.AddDoneCallback(doNothing) }},
		"Gather of a zero Future":          {zero, func() { coro.Gather(l, &zeroFuture) }},
		"Shield of a zero Future":          {zero, func() { coro.Shield(l, &zeroFuture) }},
		"GatherErrors of a zero Future":    {zero, func() { coro.GatherErrors(l, &zeroFuture) }},

		"RunUntilComplete of a nil task": {nilTask, func() { _, _ = loop.RunUntilComplete(l, task) }},
		"Gather of a nil task":           {nilTask, func() { coro.Gather(l, coro.Bind0(noop), task) }},
		"Gather of a nil future":         {nilOther, func() { coro.Gather(l, coro.Bind0(noop), f) }},
		"GatherErrors of a nil task":     {nilTask, func() { coro.GatherErrors(l, task) }},
		"Shield of a nil future":         {nilOther, func() { coro.Shield(l, f) }},
		"Into of a nil task":             {nilTask, func() { coro.Into(new(int), task) }},
		"AsAny of a nil task":            {nilTask, func() { coro.AsAny(task) }},
		"EnsureFuture of a nil future":   {nilOther, func() { coro.EnsureFuture(l, f) }},
		"Await of a nil future":          {"future: Await of a nil future: none was assigned", func() { _, _ = f.Await(nil) }},

		"Sleep with a nil Co":               {noCo, func() { _ = coro.Sleep(nilCo, time.Second) }},
		"Await with a nil Co":               {noCo, func() { _ = coro.Await(nilCo, loop.CreateFuture[int](newLoop(t))) }},
		"Next with a nil Co":                {noCo, func() { _, _ = coro.NewGenerator(noYield).Next(nilCo) }},
		"Throw with a nil Co":               {noCo, func() { _, _ = coro.NewGenerator(noYield).Throw(nilCo, coro.ErrGeneratorExit) }},
		"a generator's Close with a nil Co": {noCo, func() { _ = coro.NewGenerator(noYield).Close(nilCo) }},
		"All with a nil Co": {noCo, func() {
			for range coro.NewGenerator(noYield).All(nilCo) {
				break
			}
		}},
		"Ranging with a nil Co":     {noCo, func() { coro.Ranging(nilCo) }},
		"Timeout with a nil Co":     {noCo, func() { _ = coro.Timeout(nilCo, 1, nil) }},
		"Group with a nil Co":       {noCo, func() { _ = coro.Group(nilCo, nil) }},
		"Wait with a nil Co":        {noCo, func() { _, _, _ = coro.Wait[future.Any](nilCo, nil) }},
		"WaitFor with a nil Co":     {noCo, func() { _, _ = coro.WaitFor(nilCo, coro.Bind0(noop), 1) }},
		"AsCompleted with a nil Co": {noCo, func() { coro.AsCompleted(nilCo, 1, coro.Bind0(noop)) }},
		"Await of nil, any type":    {"coro: a nil <nil> cannot be awaited: no future or task was assigned to it", func() { _ = coro.Await(nilCo, nil) }},
		"Await of a nil task, any":  {nilTask, func() { _ = coro.Await(nilCo, task) }},

		"CreateTask in a zero TaskGroup": {group, func() { coro.CreateTask(&zeroGroup, noop) }},
		"CreateTask in a nil TaskGroup":  {group, func() { coro.CreateTask((*coro.TaskGroup)(nil), noop) }},
		"Cancel of a zero TaskGroup":     {group, func() { zeroGroup.Cancel() }},
		"Reschedule of a zero TimeoutScope": {
			"coro: a TimeoutScope that was not made by Timeout, which gives one to its body",
			func() { _ = new(coro.TimeoutScope).Reschedule(0) },
		},
	} {
		t.Run(name, func(t *testing.T) { require.PanicsWithValue(t, test.text, test.call) })
	}
	require.Empty(t, coro.AllTasks(l))
	require.ErrorIs(t, coro.NewVar("v", 0).Reset(l, nil), coro.ErrToken)

	// These are for a coroutine.
	for name, test := range map[string]struct {
		text string
		call func(co *coro.Co)
	}{
		"a nil WaitOption":            {"coro: a nil WaitOption; leave it out", func(co *coro.Co) { _, _, _ = coro.Wait(co, []future.Any{loop.CreateFuture[int](l)}, nil) }},
		"Wait for a nil task":         {nilTask, func(co *coro.Co) { _, _, _ = coro.Wait(co, []*coro.Task[int]{task}) }},
		"Wait for a nil future":       {nilOther, func(co *coro.Co) { _, _, _ = coro.Wait(co, []future.Any{f}) }},
		"Wait for a zero Future":      {zero, func(co *coro.Co) { _, _, _ = coro.Wait(co, []future.Any{&zeroFuture}) }},
		"Wait for nil":                {"coro: a nil <nil> cannot be awaited: no future or task was assigned to it", func(co *coro.Co) { _, _, _ = coro.Wait(co, []future.Any{nil}) }},
		"WaitFor of a nil task":       {nilTask, func(co *coro.Co) { _, _ = coro.WaitFor(co, task, time.Second) }},
		"AsCompleted of a nil future": {nilOther, func(co *coro.Co) { coro.AsCompleted(co, coro.Forever, f) }},
		"Await of a zero Future":      {zero, func(co *coro.Co) { _, _ = zeroFuture.Await(co) }},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
				require.PanicsWithValue(t, test.text, func() { test.call(co) })
				return nil
			}))
			require.NoError(t, err)
		})
	}
}

// A Co is of no use to an await once its task has ended, and in a callback.
func TestStaleCo(t *testing.T) {
	l := loop.New(loop.VirtualTime(true))
	defer func() { require.NoError(t, l.Close()) }()
	var stale *coro.Co
	_, err := loop.RunUntilComplete(l, coro.CreateTask(l, func(co *coro.Co) (int, error) {
		stale = co
		return 1, nil
	}, coro.Name("short")))
	require.NoError(t, err)
	const ended = `coro: the Co of task "short" is used after the task has ended; a coroutine awaits with the Co that it was given itself`
	awaits := map[string]func(co *coro.Co){
		"Sleep(0)": func(co *coro.Co) { _ = coro.Sleep(co, 0) },
		"Sleep":    func(co *coro.Co) { _ = coro.Sleep(co, 1) },
		"Await":    func(co *coro.Co) { _, _ = loop.CreateFuture[int](l).Await(co) },
		"Timeout":  func(co *coro.Co) { _ = coro.Timeout(co, 1, func(*coro.TimeoutScope) error { return nil }) },
		"Group":    func(co *coro.Co) { _ = coro.Group(co, func(*coro.TaskGroup) error { return nil }) },
		"Wait":     func(co *coro.Co) { _, _, _ = coro.Wait(co, []future.Any{loop.CreateFuture[int](l)}) },
	}
	for name, await := range awaits {
		require.PanicsWithValue(t, ended, func() { await(stale) }, name)
	}
	require.ErrorIs(t, stale.Context().Err(), context.Canceled, "it ends with the task")
	_, err = loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
		const callback = `coro: the Co of task "Task-1" is used while no task runs; ` +
			`a callback or another goroutine cannot await: it creates a task that does, with CreateTask or loop.Submit`
		for name, await := range awaits {
			l.CallSoon(func() { require.PanicsWithValue(t, callback, func() { await(co) }, name) })
			require.PanicsWithValue(t, ended, func() { await(stale) }, name)
		}
		return coro.Sleep(co, 1)
	}))
	require.NoError(t, err)
}

func noYield(*coro.Yielder[int]) error { return nil }
