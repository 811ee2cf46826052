package httpserver

import "github.com/ouro-loop/ouro/loop"

// End is what Serve does first when it is canceled.
func (s *Server) End(l *loop.Loop) { s.end(l) }
