// Package testkit holds what the tests of several packages need: loops on which an
// unexpected report fails the test, tasks, traces, and counts of iterations.
package testkit
