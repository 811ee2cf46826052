package agenda_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/agenda"
)

func at(n int) time.Time { return time.Unix(int64(n), 0) }

func TestAgenda(t *testing.T) {
	a := agenda.New()
	due := func(by int) []string { return slices.Collect(a.Due(at(by))) }
	require.Empty(t, due(10))
	a.Set("b", at(2))
	a.Set("c", at(1))
	a.Set("a", at(2))
	a.Set("z", time.Time{})
	require.Equal(t, []string{"z"}, due(0))
	require.Equal(t, []string{"z", "c", "a", "b"}, due(2))
	a.Set("z", at(3))
	a.Set("c", at(1))
	a.Remove("a")
	a.Remove("there is none")
	require.Equal(t, []string{"c", "b"}, due(2))
	require.Equal(t, []string{"c", "b", "z"}, due(3))
	for name := range a.Due(at(3)) {
		require.Equal(t, "c", name)
		break
	}
}

// It is what a map is that is sorted each time.
func TestLikeAMap(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	a, model := agenda.New(), map[string]int{}
	for range 5000 {
		name := fmt.Sprint(chance.IntN(50))
		if chance.IntN(3) == 0 {
			a.Remove(name)
			delete(model, name)
		} else {
			model[name] = chance.IntN(20)
			a.Set(name, at(model[name]))
		}
		by := chance.IntN(20)
		want := slices.SortedFunc(maps.Keys(model), func(x, y string) int {
			if model[x] != model[y] {
				return model[x] - model[y]
			}
			return map[bool]int{true: -1, false: 1}[x < y]
		})
		want = slices.DeleteFunc(want, func(name string) bool { return model[name] > by })
		require.Equal(t, want, slices.AppendSeq([]string{}, a.Due(at(by))))
	}
}
