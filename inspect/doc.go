// Package inspect shows a program what its event loop does, from outside of it: as pages of
// HTTP beside those of net/http/pprof, and at a signal. What it shows is a [loop.Snapshot].
//
//	mux := http.NewServeMux()
//	mux.Handle("/debug/ouro/", http.StripPrefix("/debug/ouro", inspect.Handler(l)))
//
// Semantics: python -m asyncio ps and pstree, CPython 3.14, which look into another process.
package inspect
