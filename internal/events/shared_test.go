package events

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type door struct{ opened int }

func sharing() (r *Recorder, share func(is any), looks *int) {
	r, looks = new(Recorder), new(int)
	r.InitFull()
	return r, func(is any) {
		r.Share(is, func(is any) any {
			*looks++
			if d, ok := is.(*door); ok {
				return d.opened
			}
			return is
		})
	}, looks
}

// holds are the things that have changed, and to what.
func holds(r *Recorder) (all [][2]any) {
	for i, e := range r.all {
		if e.Kind == Hold {
			all = append(all, [2]any{int(e.Object), r.details[i].State})
		}
	}
	return all
}

// What nobody else holds is not looked at for ever. The others are, and keep their numbers.
func TestShareLetsGo(t *testing.T) {
	r, share, looks := sharing()
	var kept [3]door // two of them inside of what the first one begins
	for i := range kept {
		share(&kept[i])
	}
	share("not a pointer")
	for range 10 * minThings {
		share(new(door))
		share(&kept[2]) // again
	}
	r.Iterate(1)
	require.Less(t, *looks, 2*minThings)
	require.Equal(t, [][2]any{{1, 0}, {2, 0}, {3, 0}, {4, "not a pointer"}}, holds(r)[:4])

	before := len(holds(r))
	kept[0].opened, kept[2].opened = 7, 9
	r.Iterate(1)
	require.Equal(t, [][2]any{{1, 7}, {3, 9}}, holds(r)[before:])
}

// What is held by the program is never let go of, and nothing is looked at twice.
func TestShareKeeps(t *testing.T) {
	r, share, looks := sharing()
	doors := make([]*door, 4*minThings)
	for i := range doors {
		doors[i] = new(door)
		share(doors[i])
	}
	for _, d := range doors {
		share(d)
	}
	r.Iterate(1)
	require.Equal(t, len(doors), *looks)
	require.Len(t, holds(r), len(doors))
}

// What cannot be told from others is left out.
func TestShareUncomparable(t *testing.T) {
	r, share, _ := sharing()
	for range 2 {
		share([]int{1})
		share([1]any{func() {}})
		share(nil)
		share((*door)(nil)) // whose state panics
	}
	r.Iterate(1)
	require.Empty(t, holds(r))
}

// What is shared while things are looked at is looked at as well.
func TestShareInside(t *testing.T) {
	r := new(Recorder)
	r.InitFull()
	plain := func(is any) any { return is }
	r.Share(1, func(is any) any {
		for i := range 2 * minThings {
			r.Share(100+i, plain)
		}
		return is
	})
	r.Iterate(1)
	r.Iterate(1)
	require.Len(t, holds(r), 1+2*minThings)
}
