package named_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/named"
)

func TestTitle(t *testing.T) {
	var name named.Name
	require.Empty(t, name.String())
	require.Equal(t, "lock", name.Title("lock"))
	name.Set("a")
	require.Equal(t, "a", name.String())
	require.Equal(t, `lock "a"`, name.Title("lock"))
	name.Set("")
	require.Equal(t, "lock", name.Title("lock"))
}

// What go vet is shown takes no room.
func TestSize(t *testing.T) {
	require.Equal(t, reflect.TypeFor[string]().Size(), reflect.TypeFor[named.Name]().Size())
}

func TestWrap(t *testing.T) {
	err := errors.New("locks: it is not so")
	var name named.Name
	require.Same(t, err, name.Wrap("lock", err))
	name.Set("a")
	require.EqualError(t, name.Wrap("lock", err), `locks: it is not so: lock "a"`)
	require.ErrorIs(t, name.Wrap("lock", err), err)
}
