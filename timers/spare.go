package timers

import "math/bits"

const (
	// smallest is the length of the smallest array of a slot. Each larger one is twice
	// as large as the one before.
	smallest = 4

	// spareItems is how many items, of 24 bytes each, the kept arrays of one size have
	// at most.
	spareItems = 4096
)

// spare keeps the arrays that slots have outgrown, for other slots: by size, so that
// none goes to a slot that needs less. All items in them are without a timer.
type spare [13][][]item // for sizes up to 1<<12, which is spareItems

// get returns an empty slice with an array for n items, n being a power of two.
func (sp *spare) get(n int) []item {
	if n <= spareItems {
		kept := &sp[bits.Len(uint(n))-1]
		if last := len(*kept) - 1; last >= 0 {
			items := (*kept)[last]
			*kept = (*kept)[:last]
			return items
		}
	}
	return make([]item, 0, n)
}

func (sp *spare) put(items []item) {
	n := cap(items)
	if n == 0 || n > spareItems {
		return
	}
	kept := &sp[bits.Len(uint(n))-1]
	if (len(*kept)+1)*n <= spareItems {
		*kept = append(*kept, items[:0])
	}
}
