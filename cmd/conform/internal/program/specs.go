package program

// fields is a set of the fields that a statement may carry in a program's text.
type fields uint32

const (
	fieldI fields = 1 << iota
	fieldOp
	fieldOn
	fieldAs
	fieldOf
	fieldCoro
	fieldName
	fieldText
	fieldMsg
	fieldErr
	fieldMS
	fieldN
	fieldV
	fieldVar
	fieldWhen
	fieldSettle
	fieldEager
	fieldStop
	fieldImmediate
	fieldDo
	fieldExcept
	fieldFinally
)

// fieldWords lists the words of the fields in the order in which the encoder writes them.
var fieldWords = []struct {
	field fields
	word  string
}{
	{fieldI, "i"}, {fieldOp, "op"}, {fieldOn, "on"}, {fieldAs, "as"}, {fieldOf, "of"}, {fieldCoro, "coro"},
	{fieldName, "name"}, {fieldText, "text"}, {fieldMsg, "msg"}, {fieldErr, "err"}, {fieldMS, "ms"},
	{fieldN, "n"}, {fieldV, "v"}, {fieldVar, "var"}, {fieldWhen, "when"}, {fieldSettle, "settle"},
	{fieldEager, "eager"}, {fieldStop, "stop"}, {fieldImmediate, "immediate"}, {fieldDo, "do"},
	{fieldExcept, "except"}, {fieldFinally, "finally"},
}

// spec is the shape of one statement.
type spec struct {
	word string
	need fields // must be there
	may  fields // may be there
	// fresh says that On or Of may hold a fresh coroutine as well as names.
	fresh bool
	// noNull says that MS must be a number: the statement has no form without a time.
	noNull bool
}

var specs = [opCount]spec{
	OpLog:            {word: "log", need: fieldText},
	OpFut:            {word: "fut", need: fieldAs},
	OpSetResult:      {word: "set_result", need: fieldOn | fieldV},
	OpSetError:       {word: "set_error", need: fieldOn | fieldErr},
	OpCancel:         {word: "cancel", need: fieldOn, may: fieldMsg},
	OpUncancel:       {word: "uncancel", need: fieldOn},
	OpCancelling:     {word: "cancelling", need: fieldOn},
	OpSelf:           {word: "self", need: fieldAs},
	OpState:          {word: "state", need: fieldOn},
	OpResult:         {word: "result", need: fieldOn},
	OpError:          {word: "error", need: fieldOn},
	OpSpawn:          {word: "spawn", need: fieldAs | fieldCoro, may: fieldName | fieldEager},
	OpGather:         {word: "gather", need: fieldAs | fieldOf, may: fieldSettle, fresh: true},
	OpShield:         {word: "shield", need: fieldAs | fieldOn, fresh: true},
	OpReschedule:     {word: "reschedule", need: fieldOn | fieldMS},
	OpExpired:        {word: "expired", need: fieldOn},
	OpTGSpawn:        {word: "tg_spawn", need: fieldOn | fieldAs | fieldCoro, may: fieldName | fieldEager},
	OpTGCancel:       {word: "tg_cancel", need: fieldOn},
	OpRaise:          {word: "raise", need: fieldErr},
	OpRaiseCancelled: {word: "raise_cancelled", may: fieldMsg},
	OpReturn:         {word: "return", need: fieldV},
	OpRelease:        {word: "release", need: fieldOn},
	OpLocked:         {word: "locked", need: fieldOn},
	OpEvSet:          {word: "ev_set", need: fieldOn},
	OpEvClear:        {word: "ev_clear", need: fieldOn},
	OpNotify:         {word: "notify", need: fieldOn | fieldN},
	OpNotifyAll:      {word: "notify_all", need: fieldOn},
	OpPutNowait:      {word: "put_nowait", need: fieldOn | fieldV},
	OpGetNowait:      {word: "get_nowait", need: fieldOn},
	OpTaskDone:       {word: "task_done", need: fieldOn},
	OpQsize:          {word: "qsize", need: fieldOn},
	OpShutdown:       {word: "shutdown", need: fieldOn, may: fieldImmediate},
	OpBarState:       {word: "bar_state", need: fieldOn},
	OpCallSoon:       {word: "call_soon", need: fieldAs | fieldDo},
	OpCallLater:      {word: "call_later", need: fieldAs | fieldMS | fieldDo, noNull: true},
	OpHandleCancel:   {word: "handle_cancel", need: fieldOn},
	OpDoneCB:         {word: "done_cb", need: fieldOn | fieldText},
	OpVarSet:         {word: "var_set", need: fieldVar | fieldV},
	OpVarGet:         {word: "var_get", need: fieldVar},
	OpAgen:           {word: "agen", need: fieldAs | fieldCoro},
	OpAllTasks:       {word: "all_tasks"},
	OpNow:            {word: "now"},

	OpSleep:       {word: "sleep", need: fieldMS, noNull: true},
	OpAwait:       {word: "await", need: fieldOn},
	OpCall:        {word: "call", need: fieldCoro},
	OpWait:        {word: "wait", need: fieldOf | fieldWhen, may: fieldMS},
	OpWaitFor:     {word: "wait_for", need: fieldOn | fieldMS, fresh: true},
	OpTimeout:     {word: "timeout", need: fieldAs | fieldMS | fieldDo},
	OpGroup:       {word: "group", need: fieldAs | fieldDo},
	OpAsCompleted: {word: "as_completed", need: fieldOf, may: fieldMS | fieldStop, fresh: true},
	OpTry:         {word: "try", need: fieldDo, may: fieldExcept | fieldFinally},
	OpRepeat:      {word: "repeat", need: fieldN | fieldDo},
	OpAcquire:     {word: "acquire", need: fieldOn},
	OpWith:        {word: "with", need: fieldOn | fieldDo},
	OpEvWait:      {word: "ev_wait", need: fieldOn},
	OpCondWait:    {word: "cond_wait", need: fieldOn},
	OpBarWait:     {word: "bar_wait", need: fieldOn},
	OpBarAbort:    {word: "bar_abort", need: fieldOn},
	OpBarReset:    {word: "bar_reset", need: fieldOn},
	OpPut:         {word: "put", need: fieldOn | fieldV},
	OpGet:         {word: "get", need: fieldOn},
	OpJoin:        {word: "join", need: fieldOn},
	OpYield:       {word: "yield", need: fieldV},
	OpAnext:       {word: "anext", need: fieldOn},
	OpAthrow:      {word: "athrow", need: fieldOn | fieldErr},
	OpAclose:      {word: "aclose", need: fieldOn},
	OpAsyncFor:    {word: "async_for", need: fieldOn | fieldN | fieldDo},
}

// fieldWord returns the word of one field, for error messages.
func fieldWord(f fields) string {
	for _, fw := range fieldWords {
		if fw.field == f {
			return fw.word
		}
	}
	return "?"
}
