// Package natsstore keeps durable programs, see package durable, in NATS JetStream: many processes on many machines run
// them, and those of a process that has died are taken over by others.
//
// There are two streams. PREFIX_journals has a subject for each program, with its entries. PREFIX_programs has, for each,
// who has it and when it is due, its messages, and the owners, which are Stores, with a lease.
//
// # Who may write
//
// An owner renews its lease; it is thought dead when no renewal has come for as long as the lease is, by the clock of who
// waits: clocks need not agree. Taking a program is a write that the server accepts only if nobody else has
// taken it meanwhile. The sequence of that write is the token of the owner. Each write to a journal names the
// sequence of the one before it, so the server refuses all but one of several. A new owner writes to the journal of one
// that was thought dead before it reads: what the old one has under way is refused from then on, however late it
// comes. And an owner does not write after one with a higher token. So leases matter to how soon a program
// is taken over, and not to whether its journal is right.
package natsstore
