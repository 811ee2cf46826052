package sqlstore

import (
	"fmt"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/durable"
)

// statements are those that a Store has, but for those whose length depends on what they write.
type statements struct {
	version string

	acquire, renew, renewRest, release, releaseAll, remove, held string

	read, list, due string

	post, putMessage, messages, messagesGone string

	fence, entries, dropEntries, dropMessages string

	insertEntries, fenceAndInsert, deleteMessages string
}

func (g *grammar) statements(prefix string) statements {
	sql := func(template string) string { return g.expand(prefix, template) }
	return statements{
		version: sql(`SELECT version FROM {p}schema`),

		// id, owner, lease, token of a row that is new
		acquire: sql(`INSERT INTO {p}programs (id, owner, token, expires, wake, written, sent, pending)
			VALUES ($1, $2, $4, {now} + $3, 0, 0, 0, 0)
			ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, token = {p}programs.token + 1, expires = excluded.expires
			WHERE {p}programs.expires <= {now}
			RETURNING num, token, sent, pending`),
		// owner, lease. Rows that somebody writes just now are left out: nobody's write, however long it takes, keeps the
		// others from being renewed.
		renew: sql(`UPDATE {p}programs SET expires = {now} + $2
			WHERE num IN (SELECT num FROM {p}programs WHERE owner = $1 AND expires > {now} {skip locked})
			RETURNING num, token, sent`),
		// owner, lease. It waits for those that were left out.
		renewRest: sql(`UPDATE {p}programs SET expires = {now} + $2
			WHERE owner = $1 AND expires > {now} AND expires < {now} + $2 - $2 / 6
			RETURNING num, token, sent`),
		// num, token, wake
		release: sql(`UPDATE {p}programs SET owner = NULL, token = token + 1, expires = 0,
			wake = CASE WHEN written = 0 THEN {never} WHEN pending > 0 AND $3 < {never} THEN 0 ELSE $3 END
			WHERE num = $1 AND token = $2`),
		// owner
		releaseAll: sql(`UPDATE {p}programs SET owner = NULL, token = token + 1, expires = 0,
			wake = CASE WHEN written = 0 THEN {never} ELSE 0 END
			WHERE owner = $1`),
		// num
		remove: sql(`DELETE FROM {p}programs WHERE num = $1`),
		// owner
		held: sql(`SELECT num, token, sent FROM {p}programs WHERE owner = $1 AND pending > 0`),

		// id
		read: sql(`SELECT data FROM {p}programs JOIN {p}entries ON program = num WHERE id = $1 ORDER BY seq`),
		list: sql(`SELECT id FROM {p}programs WHERE written > 0 ORDER BY id`),
		// now, limit. The first are those that nobody holds, the second those whose owner is dead.
		due: sql(`SELECT id FROM {p}programs WHERE expires = 0 AND wake <= $1
			UNION ALL SELECT id FROM {p}programs WHERE expires > 0 AND expires <= {now} AND written > 0
			LIMIT $2`),

		// id, token of a row that is new
		post: sql(`INSERT INTO {p}programs (id, owner, token, expires, wake, written, sent, pending)
			VALUES ($1, NULL, $2, 0, {never}, 0, 1, 1)
			ON CONFLICT (id) DO UPDATE SET sent = {p}programs.sent + 1, pending = {p}programs.pending + 1,
			wake = CASE WHEN {p}programs.wake < {never} THEN 0 ELSE {p}programs.wake END
			RETURNING num, sent`),
		// num, number, key, data
		putMessage: sql(`INSERT INTO {p}messages (program, number, key, data) VALUES ($1, $2, $3, $4)
			ON CONFLICT (program, key) DO NOTHING`),
		// num
		messages: sql(`SELECT key, data FROM {p}messages WHERE program = $1 ORDER BY number`),
		// num, how many
		messagesGone: sql(`UPDATE {p}programs SET pending = pending - $2 WHERE num = $1`),

		// num, token, how many entries
		fence: sql(`UPDATE {p}programs SET written = written + $3 WHERE num = $1 AND token = $2 RETURNING written`),
		// num
		entries: sql(`SELECT data FROM {p}entries WHERE program = $1 ORDER BY seq`),
		// num
		dropEntries: sql(`DELETE FROM {p}entries WHERE program = $1`),
		// num
		dropMessages: sql(`DELETE FROM {p}messages WHERE program = $1`),

		// num, token, how many entries; and them
		fenceAndInsert: sql(`WITH fenced AS (UPDATE {p}programs SET written = written + $3 WHERE num = $1 AND token = $2 RETURNING written)
			INSERT INTO {p}entries (program, seq, data)
			SELECT CAST($1 AS BIGINT), written - $3 + i, data FROM fenced, (VALUES `),
		insertEntries:  sql(`INSERT INTO {p}entries (program, seq, data) VALUES `),
		deleteMessages: sql(`DELETE FROM {p}messages WHERE program = $1 AND key IN `),
	}
}

// atOnce is how many entries, or keys, a statement has at most: databases have limits.
const atOnce = 1000

// insertRows is the statement that inserts n entries, each with its program, its number and its data.
func (s *Store) insertRows(n int) string {
	var b strings.Builder
	b.WriteString(s.insertEntries)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "(%s%d,%s%d,%s%d)", s.mark, 3*i+1, s.mark, 3*i+2, s.mark, 3*i+3)
	}
	return b.String()
}

// fenceAndInsertRows is the statement that appends n entries, if the program is held.
func (s *Store) fenceAndInsertRows(n int) string {
	var b strings.Builder
	b.WriteString(s.fenceAndInsert)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "(%d,CAST(%s%d AS %s))", i+1, s.mark, i+4, s.bytes)
	}
	b.WriteString(") AS appended (i, data)")
	return b.String()
}

// deleteKeys is the statement that deletes the messages of a program with n keys.
func (s *Store) deleteKeys(n int) string {
	var b strings.Builder
	b.WriteString(s.deleteMessages)
	for i := range n {
		b.WriteByte("(,"[min(i, 1)])
		fmt.Fprintf(&b, "%s%d", s.mark, i+2)
	}
	b.WriteByte(')')
	return b.String()
}

// never is the wake of a program that has ended, or has not begun.
var never = durable.Never.UnixNano()

// nanoseconds are those since 1970, as the database has them.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, 0)):
		return 0
	case !t.Before(durable.Never):
		return never
	}
	return t.UnixNano()
}
