//go:build race

package loop_test

// raceEnabled: under the race detector everything takes several times the memory.
const raceEnabled = true
