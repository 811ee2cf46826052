// Package durable has the replay of package durable beside that of Temporal's SDK: a program of activities, one after
// the other, that return a number each.
package durable

import (
	"context"
	"fmt"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	common "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	history "go.temporal.io/api/history/v1"
	taskqueue "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"
	temporallog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

const steps = 1_000

// report tells the time and the CPU time of a step.
func report(b *testing.B, begin syscall.Rusage) {
	n := float64(b.N) * steps
	var end syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &end))
	cpu := end.Utime.Nano() + end.Stime.Nano() - begin.Utime.Nano() - begin.Stime.Nano()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/step")
	b.ReportMetric(float64(cpu)/n, "CPU-ns/step")
}

func usage(b *testing.B) (u syscall.Rusage) {
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u
}

func BenchmarkReplay(b *testing.B) {
	b.Run("ouro", func(b *testing.B) {
		main := func(co *coro.Co) (sum int, err error) {
			for i := range steps {
				n, err := durable.Do("step", func(context.Context) (int, error) { return i, nil })(co)
				if err != nil {
					return 0, err
				}
				sum += n
			}
			return sum, nil
		}
		store := durable.NewMemory()
		_, err := durable.Run(b.Context(), store, "1", main)
		require.NoError(b, err)
		begin := usage(b)
		for b.Loop() {
			require.NoError(b, durable.Replay(b.Context(), store, "1", main))
		}
		report(b, begin)
	})
	b.Run("temporal", func(b *testing.B) {
		h := historyOf(b)
		begin := usage(b)
		for b.Loop() {
			r := worker.NewWorkflowReplayer()
			r.RegisterWorkflowWithOptions(flow, workflow.RegisterOptions{Name: "flow"})
			require.NoError(b, r.ReplayWorkflowHistory(temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler)), h))
		}
		report(b, begin)
	})
}

func flow(ctx workflow.Context) (sum int, err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	for i := range steps {
		var n int
		if err := workflow.ExecuteActivity(ctx, "step", i).Get(ctx, &n); err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// historyOf is the history of flow, as Temporal's server would have it.
func historyOf(b *testing.B) *history.History {
	h := new(history.History)
	add := func(kind enums.EventType, e *history.HistoryEvent) int64 {
		e.EventId, e.EventType = int64(len(h.Events)+1), kind
		e.EventTime = timestamppb.New(time.Unix(int64(len(h.Events)), 0))
		h.Events = append(h.Events, e)
		return e.EventId
	}
	queue := &taskqueue.TaskQueue{Name: "queue"}
	task := func() int64 {
		scheduled := add(enums.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, &history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowTaskScheduledEventAttributes{
			WorkflowTaskScheduledEventAttributes: &history.WorkflowTaskScheduledEventAttributes{TaskQueue: queue}}})
		started := add(enums.EVENT_TYPE_WORKFLOW_TASK_STARTED, &history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowTaskStartedEventAttributes{
			WorkflowTaskStartedEventAttributes: &history.WorkflowTaskStartedEventAttributes{ScheduledEventId: scheduled}}})
		return add(enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, &history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowTaskCompletedEventAttributes{
			WorkflowTaskCompletedEventAttributes: &history.WorkflowTaskCompletedEventAttributes{ScheduledEventId: scheduled, StartedEventId: started}}})
	}
	payload := func(v any) *common.Payloads {
		p, err := converter.GetDefaultDataConverter().ToPayloads(v)
		require.NoError(b, err)
		return p
	}
	add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, &history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowExecutionStartedEventAttributes{
		WorkflowExecutionStartedEventAttributes: &history.WorkflowExecutionStartedEventAttributes{
			WorkflowType: &common.WorkflowType{Name: "flow"}, TaskQueue: queue, OriginalExecutionRunId: "run", FirstExecutionRunId: "run"}}})
	completed := task()
	sum := 0
	for i := range steps {
		scheduled := add(enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, &history.HistoryEvent{Attributes: &history.HistoryEvent_ActivityTaskScheduledEventAttributes{
			ActivityTaskScheduledEventAttributes: &history.ActivityTaskScheduledEventAttributes{
				ActivityId: fmt.Sprint(int64(len(h.Events)) + 1), ActivityType: &common.ActivityType{Name: "step"}, TaskQueue: queue,
				Input: payload(i), WorkflowTaskCompletedEventId: completed}}})
		started := add(enums.EVENT_TYPE_ACTIVITY_TASK_STARTED, &history.HistoryEvent{Attributes: &history.HistoryEvent_ActivityTaskStartedEventAttributes{
			ActivityTaskStartedEventAttributes: &history.ActivityTaskStartedEventAttributes{ScheduledEventId: scheduled, Attempt: 1}}})
		add(enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, &history.HistoryEvent{Attributes: &history.HistoryEvent_ActivityTaskCompletedEventAttributes{
			ActivityTaskCompletedEventAttributes: &history.ActivityTaskCompletedEventAttributes{ScheduledEventId: scheduled, StartedEventId: started, Result: payload(i)}}})
		sum += i
		completed = task()
	}
	add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, &history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowExecutionCompletedEventAttributes{
		WorkflowExecutionCompletedEventAttributes: &history.WorkflowExecutionCompletedEventAttributes{Result: payload(sum), WorkflowTaskCompletedEventId: completed}}})
	return h
}
