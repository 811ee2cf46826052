package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPageIsUpToDate: every test of CPython's has its answer, and docs/conformance.md
// says so.
func TestPageIsUpToDate(t *testing.T) {
	want, err := testsTable("../..")
	require.NoError(t, err)
	got, err := os.ReadFile("../../" + testsPage)
	require.NoError(t, err)
	require.True(t, want == string(got), "docs/conformance.md is not up to date: go run ./cmd/conform tests")
}
