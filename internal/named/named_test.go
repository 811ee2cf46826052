package named_test

import (
	"testing"
	"unsafe"

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
	require.Equal(t, unsafe.Sizeof(""), unsafe.Sizeof(named.Name{}))
}
