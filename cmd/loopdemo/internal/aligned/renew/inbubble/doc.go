// Package inbubble holds the test that records programs: only a test can have a bubble of
// testing/synctest, in which also what takes real time is the same in each run.
package inbubble
