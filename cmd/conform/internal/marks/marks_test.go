package marks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/marks"
)

func write(t *testing.T, dir, file, text string) {
	t.Helper()
	path := filepath.Join(dir, file)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	text = strings.ReplaceAll(text, "//@", "// CPython:") // which in this file itself would be a mark
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func TestMethods(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "test_asyncio")
	for _, module := range marks.Modules {
		write(t, dir, module+".py", "")
	}
	write(t, dir, "../test_asyncgen.py", "class AsyncGenTest(unittest.TestCase):\n    def test_one(self): pass\n")
	write(t, dir, "test_locks.py", `
class LockTests(unittest.IsolatedAsyncioTestCase):

    async def test_acquire(self):
        def test_inside(): pass

    def helper(self): pass
    def test_release(self): pass

def add_tests(cls):
    def test_nested(self): pass
`)
	methods, err := marks.Methods(dir)
	require.NoError(t, err)
	require.Equal(t, []string{
		"test_locks.LockTests.test_acquire", "test_locks.LockTests.test_release", "test_asyncgen.AsyncGenTest.test_one",
	}, methods)
}

func TestScan(t *testing.T) {
	root := t.TempDir()
	write(t, root, "a/a_test.go", `package a

//@ test_locks.LockTests.test_one
//@ test_locks.LockTests.test_two
func TestLock(t *testing.T) {
	//@ test_locks.LockTests.test_three
	t.Run("three", func(t *testing.T) {})
}

func TestNothing(t *testing.T) {}

var table = []string{}

//@ test_locks.LockTests.test_four
func TestFour(t *testing.T) {}
`)
	write(t, root, "a/testdata/cpython-skipped.txt", "# reasons\ntest_locks.EventTests.*: no events\n")
	found, err := marks.Scan(root)
	require.NoError(t, err)
	require.Equal(t, map[string][]marks.Place{
		"test_locks.LockTests.test_one":   {{File: "a/a_test.go", Test: "TestLock"}},
		"test_locks.LockTests.test_two":   {{File: "a/a_test.go", Test: "TestLock"}},
		"test_locks.LockTests.test_three": {{File: "a/a_test.go", Test: "TestLock"}},
		"test_locks.LockTests.test_four":  {{File: "a/a_test.go", Test: "TestFour"}},
	}, found.Asked)
	require.Equal(t, "no events", found.Reason("test_locks.EventTests.test_set"))
	require.Equal(t, []string{
		"test_locks.LockTests.test_five has neither a test nor a reason",
		"test_locks.LockTests.test_two is marked, and is none of CPython's tests",
	}, found.Problems([]string{
		"test_locks.LockTests.test_one", "test_locks.LockTests.test_three", "test_locks.LockTests.test_four",
		"test_locks.LockTests.test_five", "test_locks.EventTests.test_set",
	}))
	table := found.Table([]string{"test_locks.LockTests.test_one", "test_locks.EventTests.test_set"})
	require.Contains(t, table, "| test_locks | 2 | 1 | 1 |")
	require.Contains(t, table, "| LockTests.test_one | a/a_test.go, `TestLock` |")
	require.Contains(t, table, "| EventTests.test_set | – no events |")
}

func TestMarksWithoutATest(t *testing.T) {
	root := t.TempDir()
	write(t, root, "a_test.go", "package a\n\n//@ test_locks.LockTests.test_one\n")
	_, err := marks.Scan(root)
	require.ErrorContains(t, err, "marks without a test")
}
