package main

import (
	"fmt"
	"log/slog"
	"time"

	common "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	history "go.temporal.io/api/history/v1"
	taskqueue "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"
	temporallog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// temporalReplay is a replay of a workflow of n steps, by Temporal's replayer.
func temporalReplay(n int) (func() error, error) {
	h, err := historyOf(n)
	return func() error {
		r := worker.NewWorkflowReplayer()
		r.RegisterWorkflowWithOptions(flowOf(n), workflow.RegisterOptions{Name: "flow"})
		return r.ReplayWorkflowHistory(temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler)), h)
	}, err
}

// flowOf is a workflow of activities, one after the other, that return a number each.
func flowOf(n int) func(workflow.Context) (int, error) {
	return func(ctx workflow.Context) (sum int, err error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		for i := range n {
			var got int
			if err := workflow.ExecuteActivity(ctx, "step", i).Get(ctx, &got); err != nil {
				return 0, err
			}
			sum += got
		}
		return sum, nil
	}
}

// historyOf is the history of that workflow, as Temporal's server would have it.
func historyOf(n int) (_ *history.History, err error) {
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
		p, failed := converter.GetDefaultDataConverter().ToPayloads(v)
		if failed != nil {
			err = failed
		}
		return p
	}
	add(enums.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, &history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowExecutionStartedEventAttributes{
		WorkflowExecutionStartedEventAttributes: &history.WorkflowExecutionStartedEventAttributes{
			WorkflowType: &common.WorkflowType{Name: "flow"}, TaskQueue: queue, OriginalExecutionRunId: "run", FirstExecutionRunId: "run"}}})
	completed := task()
	sum := 0
	for i := range n {
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
	return h, err
}
