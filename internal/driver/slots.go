package driver

// A Direction is one, or both, of what a descriptor is watched for, or is ready for.
type Direction uint8

const (
	Read Direction = 1 << iota
	Write

	HungUp // said of what is ready: the other side sends nothing more, and no further edge is to be expected
)

// A registration is a descriptor in the queue.
type registration struct {
	fd        int
	want      Direction
	at        token
	transport *Descriptor // that it is part of, nil if Set has made it
}

// A token is what the kernel gives back with an event. The generation tells a registration from
// an earlier one of the same slot, which is still in the queue though it cannot be named any
// more, see renew.
type token struct{ slot, generation uint32 }

// slots are the registrations, so that an event leads to one without a search.
type slots struct {
	all  []slot
	free []uint32
}

type slot struct {
	of         *registration // nil: it is free
	generation uint32
}

// take gives r a slot.
func (s *slots) take(r *registration) {
	if last := len(s.free) - 1; last >= 0 {
		r.at.slot, s.free = s.free[last], s.free[:last]
	} else {
		r.at.slot = uint32(len(s.all))
		s.all = append(s.all, slot{})
	}
	s.all[r.at.slot].of = r
	s.renew(r)
}

// renew gives r a new generation, so that nothing is heard of what had the old one.
func (s *slots) renew(r *registration) {
	s.all[r.at.slot].generation++
	r.at.generation = s.all[r.at.slot].generation
}

// give gives the slot of r back.
func (s *slots) give(r *registration) {
	s.all[r.at.slot].of = nil
	s.free = append(s.free, r.at.slot)
}

// find is the registration of t, nil if there is none any more.
func (s *slots) find(t token) *registration {
	if int(t.slot) < len(s.all) {
		if found := s.all[t.slot]; found.generation == t.generation {
			return found.of
		}
	}
	return nil
}
