// Package bench measures the runtime. Every benchmark has its floor in the same
// run, what the work would cost with nothing but iter.Pull: what is worth quoting
// is the ratio of the two.
//
//	go test -run '^$' -bench . -count 5 ./bench
package bench
