// Package program is the model of a conformance program: a small asyncio program that CPython and this library
// both run, so that the traces they leave can be compared.
//
// A program is a set of coroutine functions without arguments, each a block of numbered statements, and a few
// objects (locks, queues, context variables) made before main starts. Everything that statements share goes by a
// name in one table: tasks, futures, handles, timeouts, groups, generators and objects. There are no conditions and no
// expressions, so that whatever a program does, it does through the event loop.
//
// A coroutine function with a yield in it is an async generator function, as in Python: agen makes a generator of it,
// and nothing else may name it. The generators that a program leaves are closed when the run ends, and not before:
// the oracle holds them, so that none becomes garbage.
//
// [Parse] reads a program's line of JSON and resolves every name to an index, so that an interpreter keeps its
// environment in a slice and dispatches with one switch over [Stmt.Op]. [AppendJSON] writes it back, [Program.Check]
// says whether it is well made, and [Program.Listing] shows it as the Python that it stands for.
package program
