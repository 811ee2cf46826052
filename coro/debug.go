package coro

// Debug reports whether the loop is in debug mode.
func (s *Scheduler) Debug() bool {
	d, ok := s.loop.(interface{ Debug() bool })
	return ok && d.Debug()
}
